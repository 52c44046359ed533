/**
 * What a worker has done, counted. The one shape of it, from the statistics over the ledger and the fleet's view to health: whoever shows more
 * extends it.
 */
export interface WorkerCounts {
  /** Iterations started. */
  readonly iterations: number;
  /** Iterations that succeeded. */
  readonly succeeded: number;
  /** Iterations that failed. */
  readonly errors: number;
  /** Iterations that ended because the term, the worker or the app did: neither success nor error. */
  readonly aborted: number;
  /** Ticks that found an iteration running, or the worker paused. */
  readonly skipped: number;
  /** Cron slots that were given up by the misfire policy. */
  readonly missed: number;
}

export const NO_COUNTS: WorkerCounts = {
  iterations: 0,
  succeeded: 0,
  errors: 0,
  aborted: 0,
  skipped: 0,
  missed: 0,
};

/** Errors / (successes + errors), 0 to 1. */
export function errorRateOf({ succeeded, errors }: WorkerCounts): number {
  return errors === 0 ? 0 : errors / (succeeded + errors);
}
