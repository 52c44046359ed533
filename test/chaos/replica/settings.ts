import type { LeaseTiming } from 'nestjs-background-services';

/** What a replica is told, as JSON in the environment variable REPLICA. Milliseconds throughout. */
export interface ReplicaSettings {
  /** `A#2`: the second process in the place of replica A. */
  readonly process: string;
  readonly redis: string;
  readonly database: string;
  /** Distinguishes its registers from those of other fleets. */
  readonly fleet: string;
  /** The file of the event log. */
  readonly log: string;
  readonly timing: LeaseTiming;
  readonly seed: number;
}

export const KEY = 'chaos:leader';

/** Milliseconds between two iterations. */
export const EVERY = 120;

/** The read-modify-write rests this long in the middle, at random. */
export const PAUSE = { least: 5, most: 100 } as const;

export const DRAIN_TIMEOUT = 1_000;

/** The library's own proportions. */
export function timingOf(ttl: number): LeaseTiming {
  return {
    ttl,
    renewInterval: ttl / 3,
    renewDeadline: (2 * ttl) / 3,
    retryInterval: ttl / 3,
    jitter: 0.2,
  };
}
