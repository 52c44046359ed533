import { type FactoryProvider, Logger } from '@nestjs/common';
import { type LeaseStore, MemoryLeaseStore, RedisLeaseStore } from './lease/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import type { ResolvedOptions } from './options.js';

/** The store that the leases of this app live in. */
export const LEASE_STORE = Symbol('nestjs-background-services:lease-store');

/** One command may take this share of the TTL: several tries fit in before the renew deadline. */
const COMMAND_SHARE = 10;
/** No command is given longer than this, ms. */
const LONGEST_COMMAND = 3_000;

export const leaseStoreProvider: FactoryProvider<LeaseStore> = {
  provide: LEASE_STORE,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ redis, store, clock, lease }: ResolvedOptions) => {
    const logger = new Logger('BackgroundServices');
    if (store) return store;
    if (redis === undefined) {
      logger.log(
        'No Redis is configured: leases live in memory, and this process leads everything. Run one replica only.',
      );
      return new MemoryLeaseStore(clock);
    }
    return new RedisLeaseStore({
      redis,
      commandTimeout: Math.min(lease.ttl / COMMAND_SHARE, LONGEST_COMMAND),
      onError: (error) => logger.debug(`Redis connection: ${error.message}`),
    });
  },
};
