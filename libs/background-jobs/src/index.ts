// Module
export { BackgroundJobsModule } from './background-jobs.module.js';
export type {
  BackgroundJobsOptions,
  BackgroundJobsOptionsFactory,
  JobsHttpOptions,
} from './options/index.js';

// Jobs
export { BackgroundJob, type JobClass } from './decorators/background-job.js';
export { type JobContext, type JobHandler, noData } from './decorators/job-handler.js';
export type { JobOptions, StandardSchema } from './decorators/job-options.js';
export { BackgroundJobs, type Submitted, type SubmitOptions } from './service/background-jobs.js';
export type { JobObserver } from './service/job-observer.js';
export { JobObservers } from './service/job-observers.js';
export { JobRegistry } from './service/job-registry.js';
export type { FinalState, Item, ItemStatus, Job, JobCounts, JobState } from './model/index.js';
export type { ItemQuery, JobQuery, Page, Progress, Retention } from './store/job-store.js';
export type { JobsRedis } from './store/redis/redis-target.js';

// Operation
export type { EndedJobs, RunningJob } from './operation/running-jobs.js';
export type { JobsCard } from './operation/job-operation.js';

// Events: what jobs add to `BackgroundEventMap`. Nothing else leads the compiler there.
export type {} from './operation/job-events.js';

// HTTP
export {
  type ItemBody,
  type ItemsBody,
  JobAnswers,
  type JobBody,
  JobProblemFilter,
  type JobRequest,
  type JobsBody,
  UnreadBodyFilter,
} from './http/index.js';
export type { HttpGuard, HttpGuards, Problem } from 'nestjs-background-http-kit';

// Errors
export {
  BackgroundJobsError,
  type BackgroundJobsErrorCode,
  DuplicateJobError,
  DuplicateJobsModuleError,
  InvalidItemError,
  InvalidJobError,
  InvalidJobRequestError,
  InvalidJobsOptionsError,
  ItemTimeoutError,
  ItemTooLargeError,
  JobActiveError,
  JobFileInUseError,
  JobGoneError,
  JobNotFoundError,
  JobStoreError,
  JobStoreFullError,
  KeyInFlightError,
  KeyReusedError,
  MissingJobsPackageError,
  NothingToRetryError,
  QueueFullError,
  RequestRefusedError,
  RequestTooLargeError,
  TooManyClientsError,
  TooManyFailuresError,
  TooManyItemsError,
  UnknownJobTypeError,
} from './errors/index.js';
