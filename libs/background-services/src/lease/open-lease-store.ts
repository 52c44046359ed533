import type { LeaseStore } from './lease-store.js';
import type { RedisTarget } from './redis/connection.js';
import { RedisLeaseStore } from './redis/redis-lease-store.js';

/** One command may take this share of the TTL: several tries fit in before the renew deadline. */
const COMMAND_SHARE = 10;
/** No command is given longer than this, ms. */
const LONGEST_COMMAND = 3_000;

/** Opens the store that a Redis target stands for. */
export function openLeaseStore(redis: RedisTarget, ttl: number, onError: (error: Error) => void): LeaseStore {
  return new RedisLeaseStore({
    redis,
    commandTimeout: Math.min(ttl / COMMAND_SHARE, LONGEST_COMMAND),
    onError,
  });
}
