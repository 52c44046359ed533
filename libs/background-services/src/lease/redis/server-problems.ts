import { Redis, type RedisOptions } from 'ioredis';
import { type OptionProblem, withoutPassword } from '../../errors/index.js';
import { redisTargetProblems } from '../../redis/index.js';
import { connectable } from './connection.js';

/** How to reach one Redis server: a URL, ioredis options, or a client of the app, which is duplicated and never closed here. */
export type RedisServer = string | RedisOptions | Redis;

/**
 * What is wrong with the address of one Redis server. ioredis takes a client of another copy of itself or of another package, a URL object or a
 * promise for "localhost:6379", without a word: leases would live in a Redis that nobody meant.
 * @param field its name in the options, e.g. `redis`
 */
export function redisServerProblems(field: string, redis: unknown): readonly OptionProblem[] {
  if (redis instanceof Redis) return [];
  if (isObject(redis) && typeof redis.duplicate === 'function') {
    const expected =
      'a client made by the same copy of ioredis that this package finds (see `npm ls ioredis`), or a URL';
    return [{ field, expected, received: redis }];
  }
  const found = redisTargetProblems(field, redis, optionNames());
  if (found.length > 0) return found;
  const target = redis as string | RedisOptions;
  if (connectable(target)) return [];
  // Whoever prints the error prints its fields too, and options may have a password in them.
  const received = typeof target === 'string' ? withoutPassword(target) : Object.keys(target);
  return [{ field, expected: 'what ioredis can connect with', received }];
}

/** The installed ioredis may know more options than this package does. */
function optionNames(): readonly string[] {
  const reader = new Redis({ lazyConnect: true });
  reader.disconnect();
  return Object.keys(reader.options);
}

function isObject(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
