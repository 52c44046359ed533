import type { Type } from '@nestjs/common';
import type { OptionProblem } from 'nestjs-background-services';
import { InvalidJobsOptionsError } from '../errors/index.js';

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

/** With every default filled in. */
export interface ResolvedJobOptions {
  readonly concurrency: number;
  readonly rateLimit: { readonly items: number; readonly per: number } | undefined;
  readonly retries: { readonly attempts: number; readonly minDelay: number; readonly maxDelay: number };
  readonly itemTimeout: number;
  readonly maxFailures: number | undefined;
  readonly failureRatio: number;
  readonly maxPending: number;
  readonly mode: 'async' | 'sync';
  readonly body: Type | StandardSchema | undefined;
}

const KNOWN = [
  ...['concurrency', 'rateLimit', 'retries', 'itemTimeout', 'maxFailures', 'failureRatio'],
  ...['maxPending', 'mode', 'body'],
];

/** @throws InvalidJobsOptionsError that lists every wrong field */
export function resolveJobOptions(type: string, options: JobOptions = {}): ResolvedJobOptions {
  const problems: OptionProblem[] = [];
  const check = (field: string, ok: boolean, expected: string, received: unknown) => {
    if (!ok) problems.push({ field, expected, received });
  };
  const whole = (field: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER) =>
    check(
      field,
      Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
      `a whole number, at least ${min}`,
      value,
    );
  const delay = (field: string, value: unknown, min: number) =>
    check(
      field,
      typeof value === 'number' && value >= min && value < 2 ** 31,
      `milliseconds, at least ${min}`,
      value,
    );
  for (const [name, value] of Object.entries(options))
    check(name, KNOWN.includes(name), `one of ${KNOWN.join(', ')}`, value);
  const { concurrency = 5, rateLimit, itemTimeout = 60_000, maxFailures, failureRatio = 1 } = options;
  const { maxPending = 1_000, mode = 'async', body } = options;
  const retries = { attempts: 3, minDelay: 500, maxDelay: 30_000, ...options.retries };
  whole('concurrency', concurrency, 1);
  if (rateLimit !== undefined) {
    whole('rateLimit.items', rateLimit.items, 1);
    delay('rateLimit.per', rateLimit.per, 1);
  }
  whole('retries.attempts', retries.attempts, 1);
  delay('retries.minDelay', retries.minDelay, 0);
  delay('retries.maxDelay', retries.maxDelay, 0);
  delay('itemTimeout', itemTimeout, 1);
  if (maxFailures !== undefined) whole('maxFailures', maxFailures, 0);
  check(
    'failureRatio',
    typeof failureRatio === 'number' && failureRatio >= 0 && failureRatio <= 1,
    'a number from 0 to 1',
    failureRatio,
  );
  whole('maxPending', maxPending, 1);
  check('mode', ['async', 'sync'].includes(mode), "'async' or 'sync'", mode);
  check(
    'body',
    body === undefined || typeof body === 'function' || '~standard' in Object(body),
    'a class, or a Standard Schema',
    body,
  );
  if (problems.length > 0)
    throw new InvalidJobsOptionsError(`@BackgroundJob(${JSON.stringify(type)})`, problems);
  return { concurrency, rateLimit, retries, itemTimeout, maxFailures, failureRatio, maxPending, mode, body };
}
