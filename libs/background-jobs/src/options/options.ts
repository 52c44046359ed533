import type { Clock, Random } from 'nestjs-background-services/store';
import type { HttpGuard, HttpGuards } from 'nestjs-background-http-kit';
import type { JobsRedis } from '../store/redis/redis-target.js';
import type { Retention } from '../store/job-store.js';

/** @default of `maxLongPolls` */
export const MAX_LONG_POLLS = 1_000;
/** @default of `maxStreams` */
export const MAX_STREAMS = 2_000;

/** Where the REST API is, and for whom. Without it nothing is mounted. */
export interface JobsHttpOptions {
  /** A global prefix of the app goes before it. @default 'jobs' */
  readonly path?: string;
  /** One guard for looking and acting; instead of `guards`. */
  readonly guard?: HttpGuard;
  /** Guards of their own for looking, and for submitting, cancelling and retrying; instead of `guard`. */
  readonly guards?: HttpGuards;
  /** Requests with `Prefer: wait=…` that wait at a time on this replica. Further ones are answered 503 with `Retry-After`. @default 1_000 */
  readonly maxLongPolls?: number;
  /** Streams of events that are open at a time on this replica. Further ones are answered 503 with `Retry-After`. @default 2_000 */
  readonly maxStreams?: number;
  /**
   * Who is asking, so that idempotency keys of two clients never meet.
   * @default the same for all
   */
  readonly identify?: (request: never) => string | undefined | Promise<string | undefined>;
}

/** Options of `BackgroundJobsModule`. Milliseconds throughout. */
export interface BackgroundJobsOptions {
  /** Where jobs are kept and queued, on BullMQ; a `keyPrefix` goes before all names. @default none: in memory, for a single process */
  readonly redis?: JobsRedis;
  /** What all keys in Redis begin with; with a hash tag, for Cluster. @default '{background-jobs}' */
  readonly prefix?: string;
  /** Without Redis: a file in which jobs outlive the process. One process, one file. @default none */
  readonly file?: string;
  /** How many replicas of the app there are, if you know: more than one need Redis, and the boot says so. @default 1 */
  readonly replicas?: number;
  /** Jobs that run at a time on this replica. 0: it takes them, and others run them. @default 10 */
  readonly concurrency?: number;
  /** Items that are worked off at a time on this replica, over all its jobs. @default 50 */
  readonly itemConcurrency?: number;
  /** How long running items may take when the app shuts down. @default 5_000 */
  readonly drainTimeout?: number;
  readonly retention?: Partial<Retention>;
  readonly http?: JobsHttpOptions;
  /** The source of time. For tests. */
  readonly clock?: Clock;
  /** The source of randomness. For tests. */
  readonly random?: Random;
}

/** For `forRootAsync({ useClass })` and `{ useExisting }`. */
export interface BackgroundJobsOptionsFactory {
  createBackgroundJobsOptions(): BackgroundJobsOptions | Promise<BackgroundJobsOptions>;
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  readonly redis: JobsRedis | undefined;
  readonly prefix: string;
  readonly file: string | undefined;
  readonly concurrency: number;
  readonly itemConcurrency: number;
  readonly drainTimeout: number;
  readonly retention: Retention;
  /** `undefined`: nothing is mounted. */
  readonly http:
    | {
        readonly path: string;
        readonly guards: HttpGuards;
        readonly maxLongPolls: number;
        readonly maxStreams: number;
        readonly identify:
          ((request: unknown) => string | undefined | Promise<string | undefined>) | undefined;
      }
    | undefined;
  readonly clock: Clock;
  readonly random: Random;
}
