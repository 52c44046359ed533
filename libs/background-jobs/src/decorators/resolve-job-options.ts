import type { Type } from '@nestjs/common';
import { check, type FieldsOf, group, number, oneOf, value, whole } from 'nestjs-background-http-kit';
import * as v from 'valibot';
import { InvalidJobsOptionsError } from '../errors/index.js';
import type { JobOptions, ResolvedJobOptions, StandardSchema } from './job-options.js';

/** Counts are exact. */
const MOST = Number.MAX_SAFE_INTEGER;
const MOST_ITEMS = 10_000_000;
/** Bytes: stores read no more. */
const LARGEST = 16 * 1_024 ** 2;
/** No timer of Node's waits longer, ms. */
const LONGEST = 2 ** 31 - 1;

const millis = (min: number) => number({ min, max: LONGEST, unit: 'ms' });

const JOB_OPTIONS = group({
  concurrency: v.optional(whole(1, MOST), 5),
  rateLimit: v.optional(
    group({ items: whole(1, MOST), per: millis(1) } satisfies FieldsOf<NonNullable<JobOptions['rateLimit']>>),
  ),
  retries: v.optional(
    group({
      attempts: v.optional(whole(1, MOST), 3),
      minDelay: v.optional(millis(0), 500),
      maxDelay: v.optional(millis(0), 30_000),
    } satisfies FieldsOf<NonNullable<JobOptions['retries']>>),
    {},
  ),
  itemTimeout: v.optional(millis(1), 60_000),
  maxFailures: v.optional(whole(0, MOST)),
  failureRatio: v.optional(number({ min: 0, max: 1 }), 1),
  maxPending: v.optional(whole(1, MOST), 1_000),
  maxItems: v.optional(whole(1, MOST_ITEMS), 1_000_000),
  maxItemSize: v.optional(whole(1, LARGEST), 65_536),
  maxRequestSize: v.optional(whole(1, LARGEST), 1_048_576),
  mode: v.optional(oneOf('async', 'sync'), 'async'),
  body: v.optional(
    value<Type | StandardSchema>(
      'a class, or a Standard Schema',
      (body) => typeof body === 'function' || '~standard' in Object(body),
    ),
  ),
} satisfies FieldsOf<JobOptions>);

/** @throws InvalidJobsOptionsError that lists every wrong field */
export function resolveJobOptions(type: string, options: JobOptions = {}): ResolvedJobOptions {
  const { value: resolved, problems } = check(JOB_OPTIONS, options);
  if (problems.length > 0)
    throw new InvalidJobsOptionsError(`@BackgroundJob(${JSON.stringify(type)})`, problems);
  return resolved;
}
