import type { Type } from '@nestjs/common';

/** Options of `@BackgroundJob`. Milliseconds throughout. */
export interface JobOptions {
  /** Items of one job at a time. @default 5 */
  readonly concurrency?: number;
  /** So many items of this type begin within `per` ms, on each replica. @default none */
  readonly rateLimit?: { readonly items: number; readonly per: number };
  /** How often an item is tried, and how long is waited between: full jitter, unless the error says how long. */
  readonly retries?: {
    /** In all. @default 3 */
    readonly attempts?: number;
    /** @default 500 */
    readonly minDelay?: number;
    /** @default 30_000 */
    readonly maxDelay?: number;
  };
  /** Of one try of an item. @default 60_000 */
  readonly itemTimeout?: number;
  /** More failed items than this fail the job at once. @default none: failed items are counted, and the job completes */
  readonly maxFailures?: number;
  /** A larger share of failed items than this, 0 to 1, fails the job at its end. @default 1: never */
  readonly failureRatio?: number;
  /** Jobs of this type that may wait at a time; more are refused. @default 1_000 */
  readonly maxPending?: number;
  /** Items of one job; one with more fails with `BGJ_TOO_MANY_ITEMS`, and nothing is worked off. At most 10,000,000. @default 1_000_000 */
  readonly maxItems?: number;
  /** Of one item as JSON, bytes; a job with a larger one fails with `BGJ_ITEM_TOO_LARGE`. @default 65_536 */
  readonly maxItemSize?: number;
  /** Of a request as JSON, bytes; a larger one is refused, by HTTP with 413. At most 16 MiB. @default 1_048_576 */
  readonly maxRequestSize?: number;
  /**
   * How `POST` answers a client that does not say what it prefers: `async` with 202 at once, `sync` when the job is over, as an older API did.
   * @default 'async'
   */
  readonly mode?: 'async' | 'sync';
  /** What requests are checked against: a class, by the app's validation pipes; or a schema of zod, valibot and others, by itself. */
  readonly body?: Type | StandardSchema;
}

/** What all libraries that validate have in common: https://standardschema.dev */
export interface StandardSchema {
  readonly '~standard': {
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
  };
}

export type StandardResult =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** With every default filled in, for whatever has one. */
export type ResolvedJobOptions = Required<
  Omit<JobOptions, 'rateLimit' | 'retries' | 'maxFailures' | 'body'>
> &
  Pick<JobOptions, 'rateLimit' | 'maxFailures' | 'body'> & {
    readonly retries: Required<NonNullable<JobOptions['retries']>>;
  };
