import { BackgroundJobsError, knownToCopies } from './background-jobs.error.js';

/** A request that is not what its job type takes. */
export class RequestRefusedError extends BackgroundJobsError {
  readonly code = 'BGJ_INVALID_REQUEST';

  /** @param issues all that is wrong, e.g. `startDate: expected a day` */
  constructor(
    readonly type: string,
    readonly issues: readonly string[],
  ) {
    super(issues.join('; '));
  }
}

knownToCopies({ RequestRefusedError });
