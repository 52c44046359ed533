import type { LeaseTiming } from '../../../libs/background-services/src/leadership/index.js';

/** A tenth of the defaults, in the same proportions. */
export const TIMING: LeaseTiming = {
  ttl: 3_000,
  renewInterval: 1_000,
  renewDeadline: 2_000,
  retryInterval: 1_000,
  jitter: 0.2,
};

/** As the Redis store sets it. */
export const COMMAND_TIMEOUT = TIMING.ttl / 10;

export const CIRCUIT_BREAKER = { failureThreshold: 3, openDuration: 1_500, halfOpenMaxIterations: 2 };

/** How long a process that stops waits for a last word to the others, ms. */
export const CLOSING = 500;

/** The longest that work goes on which pays no heed to its signal, ms. */
export const LONGEST_WORK = 2_500;
