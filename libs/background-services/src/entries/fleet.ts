// The entry `./fleet`: the whole fleet, from any replica. For operators, pages and packages that add another kind of background work.

// What is seen
export {
  type FleetKey,
  type FleetKeyState,
  type FleetFlag,
  type FleetReplica,
  type ReplicaPlacement,
  FleetStatus,
  type FleetTerm,
  type FleetView,
  type FleetWarning,
  type FleetWorker,
  type FleetWorkerState,
} from '../fleet/index.js';

// What can be done
export {
  type ControlAction,
  type ControlReason,
  type ControlRecord,
  type ControlRequest,
  type ControlResult,
  type ExtensionAction,
  FleetControl,
  type WorkerRequest,
} from '../fleet/index.js';

// Other background work of the app, seen with the workers
export { type BackgroundExtension, BackgroundExtensions, type ExtensionHealth } from '../extensions/index.js';

// The body of `GET /health/background`
export type {
  FleetCounts,
  FleetHealth,
  FleetWarningHealth,
  HealthDetails,
  StoreHealth,
  StoreWarningHealth,
  VerdictCounts,
} from '../health/index.js';

// What a worker has done, wherever it is counted
export type { WorkerCounts } from '../workers/index.js';

// Errors
export {
  AmbiguousWorkerError,
  DuplicateExtensionError,
  InvalidExtensionError,
  InvalidCommandError,
  ReplicaNotFoundError,
} from '../errors/index.js';
