/** The durations of a lease, all in milliseconds, validated against each other in the module's options. */
export interface LeaseTiming {
  /** How long the store keeps a lease that is not renewed. */
  readonly ttl: number;
  /** How often a leader renews. */
  readonly renewInterval: number;
  /** How long after the last confirmed renewal was *sent* a leader still trusts its lease. */
  readonly renewDeadline: number;
  /** How often a standby tries when nothing wakes it. */
  readonly retryInterval: number;
  /** The share by which `retryInterval` is spread, 0 to 1, so that replicas do not march in step. */
  readonly jitter: number;
}

/** How soon a command whose outcome is unknown is tried again. */
export function unknownRetryDelay({ ttl }: LeaseTiming): number {
  return ttl / 15;
}

/** The longest that a standby waits on top of the holder's remaining TTL, so that they do not all come at once, ms. */
export const EXPIRY_SPREAD = 50;

/**
 * The longest that a standby waits after it heard of a release, ms: what is released with it goes along in the same round trip, and
 * standbys do not all come at once.
 */
export const RELEASE_SPREAD = 2;

/** The longest spread is longer by this for each other key that the same holder holds: it may be leaving, and then gives up all of them, ms. */
export const RELEASE_SPREAD_PER_KEY = 0.2;

/** While releases go on coming, each wait is longer by this factor than the last one, so that any number of them costs a few tries. */
export const RELEASE_SPREAD_GROWTH = 8;

/** The longest of these waits, and the quiet after which the shortest one will do again, ms. */
export const LONGEST_RELEASE_SPREAD = 128;

/** How long a lease that is handed over is kept for the replica that it is left to, ms. */
export const HEIR_TTL = 500;

/** Tries that are held back are rounded up to a multiple of this, ms: many keys become one round trip. */
export const HELD_BACK_GRID = 32;

/** A standby says so in the log this often, ms. */
export const WAITING_LOG_INTERVAL = 60_000;
