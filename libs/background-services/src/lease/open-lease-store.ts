import type { LeaseStore } from './lease-store.js';
import { RedisLeaseStore, type RedisLeaseStoreOptions } from './redis/redis-lease-store.js';

/** One command may take this share of the TTL: several tries fit in before the renew deadline. */
const COMMAND_SHARE = 10;
/** No command is given longer than this, ms. */
const LONGEST_COMMAND = 3_000;

export interface OpenLeaseStoreOptions extends Omit<RedisLeaseStoreOptions, 'commandTimeout'> {
  /** Of the leases, ms. */
  readonly ttl: number;
}

/** Opens the store that a Redis target stands for, with time limits that suit the leases. */
export function openLeaseStore({ ttl, ...options }: OpenLeaseStoreOptions): LeaseStore {
  return new RedisLeaseStore({ ...options, commandTimeout: Math.min(ttl / COMMAND_SHARE, LONGEST_COMMAND) });
}
