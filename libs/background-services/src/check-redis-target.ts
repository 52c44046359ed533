import { Cluster, Redis } from 'ioredis';
import type { OptionProblems } from './option-problems.js';

/**
 * Refuses what ioredis would take without a word for "localhost:6379": a client of another copy of ioredis or of another package, a URL
 * object, a promise of one. Leases would live in a Redis that nobody meant.
 */
export function checkRedisTarget(redis: unknown, problems: OptionProblems): void {
  if (redis === undefined || redis instanceof Redis || redis instanceof Cluster) return;
  if (typeof redis === 'string') {
    problems.check('redis', isRedisUrl(redis), 'a redis:// or rediss:// URL', withoutPassword(redis));
    return;
  }
  const isClient = isObject(redis) && typeof redis.duplicate === 'function';
  problems.check(
    'redis',
    !isClient && isObject(redis) && !Array.isArray(redis) && !(redis instanceof URL) && !('then' in redis),
    isClient
      ? 'a client made by the same copy of ioredis that this package finds (see `npm ls ioredis`), or a URL'
      : 'a redis:// URL, ioredis options, or an ioredis client',
    redis,
  );
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
