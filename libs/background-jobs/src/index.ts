// Module
export { BackgroundJobsModule } from './background-jobs.module.js';
export type {
  BackgroundJobsOptions,
  BackgroundJobsOptionsFactory,
  JobsHttpOptions,
} from './options.js';

// Jobs
export {
  BackgroundJob,
  type JobClass,
  type JobContext,
  type JobHandler,
  type JobOptions,
  noData,
} from './decorators/index.js';
export {
  BackgroundJobs,
  type JobObserver,
  JobObservers,
  JobRegistry,
  type Submitted,
  type SubmitOptions,
} from './service/index.js';
export type { FinalState, Item, ItemStatus, Job, JobCounts, JobState } from './model/index.js';
export type { ItemQuery, JobQuery, JobsRedis, Page, Progress, Retention } from './store/index.js';

// What the API gives
export type { ItemBody, ItemsBody, JobBody, JobsBody } from './http/index.js';

// Errors
export {
  BackgroundJobsError,
  type BackgroundJobsErrorCode,
  DuplicateJobError,
  InvalidItemError,
  InvalidJobError,
  InvalidJobRequestError,
  InvalidJobsOptionsError,
  ItemTimeoutError,
  JobActiveError,
  JobGoneError,
  JobNotFoundError,
  JobStoreError,
  KeyInFlightError,
  KeyReusedError,
  MissingJobsPackageError,
  NothingToRetryError,
  QueueFullError,
  TooManyFailuresError,
  UnknownJobTypeError,
} from './errors/index.js';
