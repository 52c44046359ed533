import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { MissingJobsPackageError } from '../../errors/index.js';

/** Where the jobs are: a URL, options of ioredis, or a client, which is duplicated and left alone. */
export type JobsRedis = string | RedisOptions | Redis | Cluster;

/** A command that is not answered within this time fails, so that a request is answered, ms. */
const COMMAND_TIMEOUT = 5_000;

const SETTINGS = {
  maxRetriesPerRequest: 1,
  commandTimeout: COMMAND_TIMEOUT,
  // A half-open connection is noticed by what does not come back.
  socketTimeout: 2 * COMMAND_TIMEOUT,
  keepAlive: COMMAND_TIMEOUT,
  retryStrategy: (times: number) => Math.min(100 * times, 2_000),
} as const satisfies RedisOptions;

/** Opens a connection of its own. @throws MissingJobsPackageError */
export async function connect(target: JobsRedis, settings: RedisOptions = {}): Promise<Redis | Cluster> {
  const ioredis = await import('ioredis').catch((cause: unknown) => {
    throw new MissingJobsPackageError('ioredis', '6', { cause });
  });
  const all = { ...SETTINGS, ...settings };
  if (typeof target === 'string') return new ioredis.Redis(target, all);
  if (isCluster(target)) return target.duplicate([], { redisOptions: all });
  if (isClient(target)) return target.duplicate(all);
  return new ioredis.Redis({ ...target, ...all });
}

export function isCluster(target: JobsRedis): target is Cluster {
  return isClient(target) && (target as { readonly isCluster?: boolean }).isCluster === true;
}

/** By what it can do, not by its class: the app may have another copy of ioredis. */
export function isClient(target: JobsRedis): target is Redis | Cluster {
  return typeof target === 'object' && typeof (target as Partial<Redis>).duplicate === 'function';
}
