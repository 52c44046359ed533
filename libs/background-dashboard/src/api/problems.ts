import type { ProblemKinds } from 'nestjs-background-services/http';

/** What of the library's errors is whose fault. */
export const PROBLEMS: ProblemKinds = {
  BGS_INVALID_ORDER: { status: 400, title: 'The order is not complete, or out of bounds' },
  BGS_WORKER_NOT_FOUND: { status: 404, title: 'No such worker' },
  BGS_AMBIGUOUS_WORKER: { status: 409, title: 'Several workers have that name' },
  BGS_KEY_NOT_FOUND: { status: 404, title: 'No such lease key' },
  BGS_STORE: { status: 503, title: 'The lease store does not answer' },
};
