import type { MisfirePolicy } from '../events/index.js';
import type { CircuitBreakerOptions } from './circuit-breaker-options.js';
import type { Iteration } from './iteration.js';
import type { Shard } from './shard.js';

export type { MisfirePolicy };

/** What becomes of a cron slot that a leader started and did not finish. */
export type InterruptedPolicy = 'skip' | 'rerun';

/** When a worker runs. Milliseconds throughout. */
export type ScheduleSpec =
  | { readonly kind: 'interval'; readonly every: number }
  | {
      readonly kind: 'cron';
      readonly pattern: string | Date;
      readonly timeZone?: string;
      /** Minutes. */
      readonly utcOffset?: number;
      /** Registered, but stopped until `start()`. */
      readonly disabled?: boolean;
      /** No slot is run before this long after boot. */
      readonly initialDelay?: number;
      /** How late a slot may be and still count as on time. @default 1_000 */
      readonly threshold?: number;
    }
  /** Once per term, this long after its beginning. */
  | { readonly kind: 'timeout'; readonly delay: number }
  /** For as long as the term lasts; begun again with full-jitter backoff if it fails or returns. */
  | { readonly kind: 'continuous'; readonly minBackoff: number; readonly maxBackoff: number };

/** Options of `@LeaderElected` and of `register()`. */
export interface WorkerOptions {
  /** Aborts an iteration's signal after this long, ms, and counts it as a failure. @default no limit */
  readonly timeLimit?: number;
  /** Runs the first interval iteration as soon as this replica leads, if no earlier start is on record. @default false */
  readonly immediate?: boolean;
  /** @default 'fire-once' */
  readonly misfire?: MisfirePolicy;
  /** Cron slots later than this, ms, are given up. @default no limit */
  readonly startDeadline?: number;
  /** `'rerun'` turns "at most once" into "at least once" for slots whose leader died while running them. @default 'skip' */
  readonly onInterrupted?: InterruptedPolicy;
  /** Overrides the module's circuit breaker; `false`: none. */
  readonly circuitBreaker?: Partial<CircuitBreakerOptions> | false;
  /** An iteration that runs longer than this, ms, shows as stalled in health. @default three periods, at least 60_000 */
  readonly stallAfter?: number;
  /**
   * Deals the work out into this many shards, 1 to 10,000: each scheduled method runs once for each shard and due time, on the replica that holds that
   * shard. `iteration.shard` says which one it is, `iteration.owns(id)` what belongs to it. @default none
   */
  readonly shards?: number;
  /**
   * Where the key is led: `'balanced'`, on whichever replica it falls to when all are spread evenly; `'sticky'`, where it is until that replica
   * leaves; or together with another key of this app, on the same replica. All workers of a key have the same.
   * @default the module's
   */
  readonly placement?: 'balanced' | 'sticky' | { readonly with: string };
}

export interface WorkerDefinition {
  /** Unique in the app. */
  readonly name: string;
  /** Key of the lease it runs under. */
  readonly key: string;
  /** Where it was declared, for messages: `Class.method`. */
  readonly place: string;
  readonly schedule: ScheduleSpec;
  readonly options: WorkerOptions;
  /** Of a worker that runs one shard of a sharded one. */
  readonly shard?: Shard | undefined;
  readonly run: (iteration: Iteration) => unknown;
}
