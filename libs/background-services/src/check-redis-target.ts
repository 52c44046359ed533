import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { withoutPassword } from './errors/index.js';
import {
  addressOf,
  connectable,
  isQuorumSize,
  QUORUM_SIZE,
  type RedisNode,
  type RedisTarget,
} from './lease/index.js';
import type { OptionProblems } from './option-problems.js';

/**
 * Refuses what ioredis would take without a word for "localhost:6379": a client of another copy of ioredis or of another package, a URL
 * object, a promise of one. Leases would live in a Redis that nobody meant.
 * @returns the target, unless there is none or a wrong one
 */
export function checkRedisTarget(
  redis: unknown,
  problems: OptionProblems,
): RedisTarget | readonly RedisNode[] | undefined {
  if (redis === undefined) return redis;
  try {
    if (redis instanceof Cluster) return redis;
    if (Array.isArray(redis)) return checkQuorum(redis, problems) ? redis : undefined;
    return checkServer('redis', redis, problems) ? redis : undefined;
  } catch {
    problems.check('redis', false, 'a target whose fields can be read', redis);
    return undefined;
  }
}

/** A server that is listed twice would vote twice. */
function checkQuorum(nodes: readonly unknown[], problems: OptionProblems): nodes is readonly RedisNode[] {
  let ok = problems.check(
    'redis',
    isQuorumSize(nodes.length),
    `one server, or a list of ${QUORUM_SIZE}`,
    nodes,
  );
  const addresses = new Set<string>();
  for (const [i, node] of nodes.entries()) {
    const field = `redis[${i}]`;
    if (!checkServer(field, node, problems)) {
      ok = false;
      continue;
    }
    const address = addressOf(node);
    const isNew = problems.check(
      field,
      !addresses.has(address),
      'a server that is not in the list yet',
      address,
    );
    addresses.add(address);
    ok = ok && isNew;
  }
  return ok;
}

function checkServer(field: string, redis: unknown, problems: OptionProblems): redis is RedisNode {
  if (redis instanceof Redis) return true;
  if (typeof redis === 'string')
    return problems.check(
      field,
      isRedisUrl(redis) && connectable(redis),
      'a redis:// or rediss:// URL',
      withoutPassword(redis),
    );
  const isClient = isObject(redis) && typeof redis.duplicate === 'function';
  const isTarget = problems.check(
    field,
    !isClient && isObject(redis) && !Array.isArray(redis) && !(redis instanceof URL) && !('then' in redis),
    isClient
      ? 'a client made by the same copy of ioredis that this package finds (see `npm ls ioredis`), or a URL'
      : 'a redis:// URL, ioredis options, or an ioredis client',
    redis,
  );
  return (
    isTarget &&
    problems.check(field, connectable(redis as RedisOptions), 'options that ioredis can connect with', redis)
  );
}

/** Host and port alone, and the path of a socket, are known to ioredis too. */
function isRedisUrl(text: string): boolean {
  const [scheme] = text.includes('://') ? text.split('://', 1) : ['redis'];
  if (/\s/.test(text) || text === '' || (scheme !== 'redis' && scheme !== 'rediss')) return false;
  return URL.canParse(text.includes('://') ? text : `redis://${text}`);
}

function isObject(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
