// Module
export { BackgroundServicesModule } from './background-services.module.js';
export type {
  BackgroundServicesAsyncOptions,
  BackgroundServicesOptions,
  BackgroundServicesOptionsFactory,
  FleetOptions,
  HeartbeatMode,
  ShutdownOptions,
} from './options.js';
export type { LogStyle } from './logs/index.js';

// Workers
export * from './decorators/index.js';
export {
  BackgroundService,
  type CircuitBreakerEvent,
  type CircuitBreakerOptions,
  type CircuitView,
  currentIteration,
  type DurationStatistics,
  type ErrorRecord,
  type InterruptedPolicy,
  type Iteration,
  type IterationOutcome,
  type ScheduleConfig,
  type WorkerMetrics,
  type WorkerMode,
  type WorkerOptions,
} from './workers/index.js';

// Operation
export {
  BackgroundServiceManager,
  type WorkerConfig,
  type WorkerRole,
  type WorkerStatus,
} from './manager/index.js';
export {
  BackgroundHealthIndicator,
  type ExtensionVerdict,
  type FleetHealth,
  type HealthOptions,
  type Verdict,
  type WorkerHealth,
} from './health/index.js';

// Fleet
export {
  type ControlAction,
  type ControlReason,
  type ControlRecord,
  type ControlRequest,
  type ControlResult,
  type ExtensionAction,
  FleetControl,
  type FleetKey,
  type FleetKeyState,
  type FleetOrder,
  type FleetReplica,
  FleetStatus,
  type FleetTerm,
  type FleetView,
  type FleetWarning,
  type FleetWorker,
  type FleetWorkerState,
  type WorkerRequest,
} from './fleet/index.js';

// Extensions
export { type BackgroundExtension, BackgroundExtensions, type ExtensionHealth } from './extensions/index.js';

// Events. Other packages add theirs to `BackgroundEventMap`, which the compiler lets them do only where the whole module is handed on.
export type * from './events/background-event-map.js';
export {
  type BackgroundEvent,
  type BackgroundEventListener,
  BackgroundEvents,
  type BackgroundEventType,
  bridgeEvents,
  type BridgeOptions,
  type EmitterLike,
  type Instrumentation,
  type Subscription,
  type TracedHandOver,
  type TracedIteration,
} from './events/index.js';

// Leases
export type { LeaseTiming } from './leadership/index.js';
export {
  type AcquireReply,
  type AcquireRequest,
  type Clock,
  type FleetBoard,
  type HeldLease,
  type LeaseRecord,
  type LeaseRef,
  type LeaseStore,
  type LeaseView,
  type Ledger,
  type Lost,
  MemoryLeaseStore,
  type NodeChange,
  type Posting,
  type PostingView,
  type Random,
  type RecordReply,
  type RecordRequest,
  RedisLeaseStore,
  type RedisLeaseStoreOptions,
  type RedisNode,
  type RedisTarget,
  RedlockLeaseStore,
  type RedlockLeaseStoreOptions,
  type ReleaseListener,
  type ReleaseReply,
  type ReleaseRequest,
  type RenewReply,
  type RenewRequest,
  systemClock,
  type Timer,
  type Unknown,
} from './lease/index.js';

// Errors
export {
  AmbiguousWorkerError,
  BackgroundServicesError,
  type BackgroundServicesErrorCode,
  CircuitOpenError,
  DuplicateExtensionError,
  DuplicateRegistrationError,
  DuplicateWorkerError,
  InvalidExtensionError,
  InvalidKeyError,
  InvalidOptionsError,
  InvalidOrderError,
  InvalidWorkerError,
  IterationTimeoutError,
  KeyNotFoundError,
  LeadershipLostError,
  MissingPackageError,
  NotLeaderError,
  NotRegisteredError,
  type OptionProblem,
  type RevocationReason,
  ScheduleMetadataError,
  StoreError,
  WorkerBusyError,
  WorkerNotFoundError,
  WorkerNotRunningError,
  WorkerStoppedError,
} from './errors/index.js';
