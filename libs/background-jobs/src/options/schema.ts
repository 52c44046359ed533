import * as v from 'valibot';
import type { OptionProblem } from 'nestjs-background-services';
import { type Clock, type Random, systemClock } from 'nestjs-background-services/store';
import {
  callback,
  type CrossCheck,
  type FieldsOf,
  group,
  number,
  ONE_KIND_OF_GUARD,
  port,
  problemsIn,
  redisTargetProblems,
  routePath,
  SURFACE_FIELDS,
  text,
  value,
  whole,
} from 'nestjs-background-http-kit';
import { DEFAULT_PREFIX } from '../store/redis/redis-job-store.js';
import { isClient, type JobsRedis } from '../store/redis/redis-target.js';
import { type Retention, RETENTION_DEFAULTS } from '../store/job-store.js';
import { type BackgroundJobsOptions, type JobsHttpOptions, MAX_LONG_POLLS, MAX_STREAMS } from './options.js';

/** Counts are exact, and "for ever" is a number, too. */
const MOST = Number.MAX_SAFE_INTEGER;

const retention = group({
  completed: v.optional(number({ min: 1, max: MOST, unit: 'ms' }), RETENTION_DEFAULTS.completed),
  failed: v.optional(number({ min: 1, max: MOST, unit: 'ms' }), RETENTION_DEFAULTS.failed),
} satisfies FieldsOf<Partial<Retention>>);

const http = group({
  maxLongPolls: v.optional(whole(0, MOST), MAX_LONG_POLLS),
  maxStreams: v.optional(whole(0, MOST), MAX_STREAMS),
  path: v.optional(routePath('api/jobs'), 'jobs'),
  ...SURFACE_FIELDS,
} satisfies FieldsOf<JobsHttpOptions>);

/**
 * Every option, what it has to be, and what it is if it is not given.
 * @param redisOptions names of options that the installed ioredis has besides those that are known
 */
export function optionsSchema(redisOptions: readonly string[]) {
  return group({
    redis: v.optional(problemsIn<JobsRedis>((redis) => redisProblems(redis, redisOptions))),
    prefix: v.optional(
      text(/^[^{}]*\{[^{}]+\}[^{}]*$/, 'a text with a hash tag, such as {jobs}'),
      DEFAULT_PREFIX,
    ),
    file: v.optional(value<string>('a path', (file) => typeof file === 'string' && file !== '')),
    replicas: v.optional(whole(1, MOST), 1),
    concurrency: v.optional(whole(0, MOST), 10),
    itemConcurrency: v.optional(whole(1, MOST), 50),
    drainTimeout: v.optional(number({ min: 0, unit: 'ms' }), 5_000),
    retention: v.optional(retention, {}),
    http: v.optional(http),
    clock: v.optional(port<Clock>('monotonic', 'wall', 'setTimeout'), systemClock),
    random: v.optional(callback<Random>(), () => Math.random),
  } satisfies FieldsOf<BackgroundJobsOptions>);
}

type CheckedOptions = v.InferOutput<ReturnType<typeof optionsSchema>>;

/** What has to hold between options. */
export const CROSS_CHECKS: readonly CrossCheck<CheckedOptions>[] = [
  {
    field: 'file',
    holds: ({ file, redis }) => file === undefined || redis === undefined,
    expected: 'either redis or file, not both',
  },
  {
    field: 'replicas',
    needs: ['replicas'],
    holds: ({ replicas, redis }) => replicas === 1 || redis !== undefined,
    expected: '1, or redis: jobs in memory are of one process',
  },
  {
    field: `http.${ONE_KIND_OF_GUARD.field}`,
    holds: (options) => options.http === undefined || ONE_KIND_OF_GUARD.holds(options.http),
    expected: ONE_KIND_OF_GUARD.expected,
  },
];

/** Whatever ioredis would take for "localhost:6379" without a word is refused. */
function redisProblems(redis: unknown, more: readonly string[]): readonly OptionProblem[] {
  try {
    const { duplicate } = Object(redis) as { readonly duplicate?: unknown };
    if (typeof duplicate !== 'function') return redisTargetProblems('', redis, more);
    const expected = 'a client of ioredis (that of another package cannot be used here), or a redis:// URL';
    return isClient(redis) ? [] : [{ field: '', expected, received: redis }];
  } catch {
    return [{ field: '', expected: 'a target whose fields can be read', received: redis }];
  }
}
