import type { ProblemKinds } from 'nestjs-background-http-kit';

/** What of this package's errors is whose fault. */
export const PROBLEMS: ProblemKinds = {
  BGJ_INVALID_REQUEST: { status: 400, title: 'The request is malformed' },
  BGJ_REQUEST_REFUSED: { status: 400, title: 'The request is not what the job type asks for' },
  BGJ_REQUEST_TOO_LARGE: { status: 413, title: 'The request is too large' },
  BGJ_UNKNOWN_TYPE: { status: 404, title: 'No such job type' },
  BGJ_JOB_NOT_FOUND: { status: 404, title: 'No such job' },
  BGJ_JOB_GONE: { status: 410, title: 'Past its retention' },
  BGJ_JOB_ACTIVE: { status: 409, title: 'The job is not over yet' },
  BGJ_NOTHING_TO_RETRY: { status: 409, title: 'Nothing to retry' },
  BGJ_KEY_IN_FLIGHT: { status: 409, title: 'The same request is being answered' },
  BGJ_KEY_REUSED: { status: 422, title: 'The idempotency key was used for another request' },
  BGJ_QUEUE_FULL: { status: 429, title: 'Too many jobs are waiting' },
  BGJ_TOO_MANY_CLIENTS: { status: 503, title: 'Too many clients are waiting', retryAfter: 5 },
  BGJ_STORE: { status: 503, title: 'The job store does not answer' },
  BGJ_STORE_FULL: { status: 507, title: 'The job store is full' },
};
