// Module
export { BackgroundJobsModule } from './background-jobs.module.js';
export type { BackgroundJobsOptions, BackgroundJobsOptionsFactory, JobsHttpOptions } from './options.js';

// Jobs
export {
  BackgroundJob,
  type JobClass,
  type JobContext,
  type JobHandler,
  type JobOptions,
  noData,
  type StandardSchema,
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

// Operation
export type { EndedJobs, JobsCard, RunningJob } from './operation/index.js';

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
  RequestRefusedError,
  TooManyFailuresError,
  UnknownJobTypeError,
} from './errors/index.js';
