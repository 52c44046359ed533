/** What `placement.ts` is told. */
export interface PlacementSettings {
  readonly redis: string;
  readonly id: string;
  readonly version: string;
  /** How many keys, each with a worker of an interval and one of cron slots, a second each. */
  readonly keys: number;
  /** Of a lease, ms. */
  readonly ttl: number;
  /** How long a run takes, ms. */
  readonly work: number;
}

/** Times are ms since the epoch. */
export type PlacementEvent = { readonly event: 'up'; readonly at: number } | TermEvent | Run;

/** A term of a key has begun or ended on this replica. */
export interface TermEvent {
  readonly event: 'elected' | 'revoked';
  readonly at: number;
  readonly key: string;
}

/** One run, from start to end. */
export interface Run {
  readonly event: 'run';
  readonly worker: string;
  /** When it was due; of a cron worker, its slot. */
  readonly due: number;
  readonly from: number;
  readonly to: number;
}

/** Of both kinds of workers, ms. */
export const EVERY = 1_000;
