// What an app needs, in the order in which it meets it. The whole fleet is in `./fleet`, lease stores in `./store`; all entries are in the README.

// The module and its options
export { BackgroundServicesModule } from './module/background-services.module.js';
export type {
  BackgroundServicesAsyncOptions,
  BackgroundServicesOptions,
  BackgroundServicesOptionsFactory,
  FleetOptions,
  ShutdownOptions,
} from './options/options.js';
export type { HealthOptions } from './health/index.js';
export type { LeaseTiming } from './leadership/index.js';
export type { CircuitBreakerEvent, CircuitBreakerOptions } from './workers/index.js';

// Workers: declared with decorators, as a class, or with `register()`
export { Continuous, type ContinuousOptions, LeaderElected } from './decorators/index.js';
export {
  BackgroundService,
  currentIteration,
  type InterruptedPolicy,
  type Iteration,
  type ScheduleConfig,
  type WorkerOptions,
} from './workers/index.js';
export type { WorkerConfig } from './manager/index.js';
export { shardOf } from './lease/index.js';

// Operation: the workers of this replica
export { BackgroundServiceManager, type WorkerRole, type WorkerStatus } from './manager/index.js';
export type {
  CircuitView,
  DurationStatistics,
  ErrorRecord,
  IterationOutcome,
  WorkerMetrics,
  WorkerMode,
  WorkerReport,
} from './workers/index.js';

// Health: the same, judged
export {
  BackgroundHealthIndicator,
  type ExtensionVerdict,
  type HealthDetail,
  type Verdict,
  type WorkerHealth,
} from './health/index.js';

// Events. Other packages add theirs to `BackgroundEventMap`, which the compiler lets them do only where the whole module is handed on.
export type * from './events/background-event-map.js';
export {
  type BackgroundEvent,
  type BackgroundEventListener,
  BackgroundEvents,
  type BackgroundEventType,
  bridgeEvents,
  type Subscription,
} from './events/index.js';

// Errors that an app catches. Those that stop a boot are told apart by `code`; those of the fleet and of stores are in their entries.
export {
  BackgroundServicesError,
  type BackgroundServicesErrorCode,
  CircuitOpenError,
  InvalidOptionsError,
  IterationTimeoutError,
  KeyNotFoundError,
  LeadershipLostError,
  NotLeaderError,
  type OptionProblem,
  type RevocationReason,
  WorkerBusyError,
  WorkerNotFoundError,
  WorkerNotRunningError,
  WorkerStoppedError,
} from './errors/index.js';
