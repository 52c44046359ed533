import { Cluster, Redis } from 'ioredis';
import type { RedisTarget } from './lease/index.js';
import type { OptionProblems } from './option-problems.js';

/**
 * Refuses what ioredis would take without a word for "localhost:6379": a client of another copy of ioredis or of another package, a URL
 * object, a promise of one. Leases would live in a Redis that nobody meant.
 * @returns the target, unless there is none or a wrong one
 */
export function checkRedisTarget(redis: unknown, problems: OptionProblems): RedisTarget | undefined {
  if (redis === undefined || redis instanceof Redis || redis instanceof Cluster) return redis;
  if (typeof redis === 'string') {
    const expected = 'a redis:// or rediss:// URL';
    return problems.check('redis', isRedisUrl(redis), expected, withoutPassword(redis)) ? redis : undefined;
  }
  const isClient = isObject(redis) && typeof redis.duplicate === 'function';
  const ok = problems.check(
    'redis',
    !isClient && isObject(redis) && !Array.isArray(redis) && !(redis instanceof URL) && !('then' in redis),
    isClient
      ? 'a client made by the same copy of ioredis that this package finds (see `npm ls ioredis`), or a URL'
      : 'a redis:// URL, ioredis options, or an ioredis client',
    redis,
  );
  return ok ? (redis as RedisTarget) : undefined;
}

/** Host and port alone, and the path of a socket, are known to ioredis too. */
function isRedisUrl(text: string): boolean {
  const [scheme] = text.includes('://') ? text.split('://', 1) : ['redis'];
  if (/\s/.test(text) || text === '' || (scheme !== 'redis' && scheme !== 'rediss')) return false;
  return URL.canParse(text.includes('://') ? text : `redis://${text}`);
}

function withoutPassword(text: string): string {
  return text.replace(/^(\w+:\/\/)?.*@/, '$1***@');
}

function isObject(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
