import type { ProblemKinds } from 'nestjs-background-http-kit';

/** What of the library's errors is whose fault. */
export const PROBLEMS: ProblemKinds = {
  BGS_INVALID_ORDER: { status: 400, title: 'The order is not complete, or out of bounds' },
  BGS_WORKER_NOT_FOUND: { status: 404, title: 'No such worker' },
  BGS_AMBIGUOUS_WORKER: { status: 409, title: 'Several workers have that name' },
  BGS_KEY_NOT_FOUND: { status: 404, title: 'No such lease key' },
  BGS_REPLICA_NOT_FOUND: { status: 404, title: 'No such replica' },
  BGS_DASHBOARD_NO_JOBS: { status: 404, title: 'No background jobs' },
  BGS_DASHBOARD_TOO_MANY_CLIENTS: { status: 503, title: 'Too many clients are listening', retryAfter: 5 },
  BGS_STORE: { status: 503, title: 'The lease store does not answer' },
  // Of nestjs-background-jobs, which need not be there to be asked.
  BGJ_INVALID_REQUEST: { status: 400, title: 'That is no id of a job' },
  BGJ_JOB_NOT_FOUND: { status: 404, title: 'No such job' },
  BGJ_JOB_GONE: { status: 410, title: 'Past its retention' },
  BGJ_JOB_ACTIVE: { status: 409, title: 'The job is not over yet' },
  BGJ_NOTHING_TO_RETRY: { status: 409, title: 'Nothing to retry' },
  BGJ_STORE: { status: 503, title: 'The job store does not answer' },
};
