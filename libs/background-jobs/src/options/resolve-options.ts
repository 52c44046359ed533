import { check, guardsOf } from 'nestjs-background-http-kit';
import { InvalidJobsOptionsError } from '../errors/index.js';
import type { BackgroundJobsOptions, ResolvedOptions } from './options.js';
import { CROSS_CHECKS, optionsSchema } from './schema.js';

type Identify = NonNullable<ResolvedOptions['http']>['identify'];

/**
 * Checks the options and fills in the defaults.
 * @param redisOptions names of options that the installed ioredis has besides those that are known
 * @throws InvalidJobsOptionsError that lists every wrong field
 */
export function resolveOptions(
  options: BackgroundJobsOptions,
  redisOptions: readonly string[] = [],
): ResolvedOptions {
  const checked = check(optionsSchema(redisOptions), options);
  checked.compare(CROSS_CHECKS, checked.value);
  if (checked.problems.length > 0)
    throw new InvalidJobsOptionsError('BackgroundJobsModule', checked.problems);
  const { redis, prefix, file, concurrency, itemConcurrency, drainTimeout, retention, http, clock, random } =
    checked.value;
  const guards = http && guardsOf(http);
  return {
    ...{ redis, prefix, file, concurrency, itemConcurrency, drainTimeout, retention, clock, random },
    http: guards && {
      ...{ path: http.path, guards, maxLongPolls: http.maxLongPolls, maxStreams: http.maxStreams },
      identify: http.identify as Identify,
    },
  };
}
