import type { LeaseStore } from './lease-store.js';
import { isList } from './portable-target.js';
import type { RedisTarget } from './redis/connection.js';
import { RedisLeaseStore, type RedisLeaseStoreOptions } from './redis/redis-lease-store.js';
import { RedlockLeaseStore, type RedlockLeaseStoreOptions } from './redlock/redlock-lease-store.js';
import type { RedisNode } from './redlock/redlock-node.js';

/** One command may take this share of the TTL: several tries fit in before the renew deadline. */
const COMMAND_SHARE = 10;
/** On several servers, where an attempt takes two round trips and may be repeated: it ends within a fifth of the TTL all the same. */
const QUORUM_COMMAND_SHARE = 20;
/** No command is given longer than this, ms. */
const LONGEST_COMMAND = 3_000;

type Shared = Omit<RedisLeaseStoreOptions & RedlockLeaseStoreOptions, 'redis' | 'nodes' | 'commandTimeout'>;

export interface OpenLeaseStoreOptions extends Shared {
  /** One Redis, or several that know nothing of each other. */
  readonly redis: RedisTarget | readonly RedisNode[];
  /** Of the leases, ms. */
  readonly ttl: number;
}

/**
 * Opens the store that a Redis target stands for, with time limits that suit the leases.
 * @throws MissingPackageError if several servers are given and the package `redlock` is not installed
 */
export async function openLeaseStore({ redis, ttl, ...shared }: OpenLeaseStoreOptions): Promise<LeaseStore> {
  const commandTimeout = (share: number) => Math.min(ttl / share, LONGEST_COMMAND);
  return isList(redis)
    ? RedlockLeaseStore.open({
        ...shared,
        nodes: redis,
        commandTimeout: commandTimeout(QUORUM_COMMAND_SHARE),
      })
    : new RedisLeaseStore({ ...shared, redis, commandTimeout: commandTimeout(COMMAND_SHARE) });
}
