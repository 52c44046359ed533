// Module
export { BackgroundServicesModule } from './background-services.module.js';
export type {
  BackgroundServicesAsyncOptions,
  BackgroundServicesOptions,
  BackgroundServicesOptionsFactory,
  HeartbeatMode,
  ShutdownOptions,
} from './options.js';

// Workers
export * from './decorators/index.js';
export {
  BackgroundService,
  type CircuitBreakerEvent,
  type CircuitBreakerOptions,
  type CircuitState,
  type CircuitView,
  currentIteration,
  type DurationStatistics,
  type ErrorRecord,
  type InterruptedPolicy,
  type Iteration,
  type IterationOutcome,
  type MisfirePolicy,
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
  type HealthOptions,
  type Verdict,
  type WorkerHealth,
} from './health/index.js';

// Leases
export type { LeaseTiming } from './leadership/index.js';
export {
  type AcquireReply,
  type AcquireRequest,
  type Clock,
  type HeldLease,
  type LeaseRef,
  type LeaseStore,
  type LeaseView,
  type Ledger,
  type Lost,
  MemoryLeaseStore,
  type NodeChange,
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
  BackgroundServicesError,
  type BackgroundServicesErrorCode,
  CircuitOpenError,
  DuplicateRegistrationError,
  DuplicateWorkerError,
  InvalidKeyError,
  InvalidOptionsError,
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
