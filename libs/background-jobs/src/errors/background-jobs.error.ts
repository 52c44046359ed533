/** Stable codes of the errors of this package: branch on `error.code`, never on the message. */
export type BackgroundJobsErrorCode =
  | 'BGJ_INVALID_OPTIONS'
  | 'BGJ_INVALID_JOB'
  | 'BGJ_DUPLICATE_JOB'
  | 'BGJ_MISSING_PACKAGE'
  | 'BGJ_UNKNOWN_TYPE'
  | 'BGJ_INVALID_ITEM'
  | 'BGJ_INVALID_REQUEST'
  | 'BGJ_JOB_NOT_FOUND'
  | 'BGJ_JOB_GONE'
  | 'BGJ_JOB_ACTIVE'
  | 'BGJ_NOTHING_TO_RETRY'
  | 'BGJ_QUEUE_FULL'
  | 'BGJ_KEY_IN_FLIGHT'
  | 'BGJ_KEY_REUSED'
  | 'BGJ_STORE'
  | 'BGJ_ITEM_TIMEOUT'
  | 'BGJ_TOO_MANY_FAILURES';

/** Base class of every error this package throws. */
export abstract class BackgroundJobsError extends Error {
  abstract readonly code: BackgroundJobsErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
