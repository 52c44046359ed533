import { type FactoryProvider, Logger } from '@nestjs/common';
import {
  type LeaseStore,
  MemoryLeaseStore,
  type NodeChange,
  RedisLeaseStore,
  RedlockLeaseStore,
} from './lease/index.js';
import { isQuorum } from './check-redis-target.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import type { ResolvedOptions } from './options.js';

/** The store that the leases of this app live in. */
export const LEASE_STORE = Symbol('nestjs-background-services:lease-store');

/** One command may take this share of the TTL: several tries fit in before the renew deadline. */
const COMMAND_SHARE = 10;
/** On several servers, where an attempt takes two round trips and may be repeated: it ends within a fifth of the TTL all the same. */
const QUORUM_COMMAND_SHARE = 20;
/** No command is given longer than this, ms. */
const LONGEST_COMMAND = 3_000;

export const leaseStoreProvider: FactoryProvider<LeaseStore> = {
  provide: LEASE_STORE,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ redis, store, clock, random, lease }: ResolvedOptions) => {
    const logger = new Logger('BackgroundServices');
    if (store) return store;
    if (redis === undefined) {
      logger.log(
        'No Redis is configured: leases live in memory, and this process leads everything. Run one replica only.',
      );
      return new MemoryLeaseStore(clock);
    }
    const commandTimeout = (share: number) => Math.min(lease.ttl / share, LONGEST_COMMAND);
    if (isQuorum(redis)) {
      return RedlockLeaseStore.open({
        nodes: redis,
        commandTimeout: commandTimeout(QUORUM_COMMAND_SHARE),
        onNodeChange: (change) => logNodeChange(logger, change),
        clock,
        random,
      });
    }
    return new RedisLeaseStore({
      redis,
      commandTimeout: commandTimeout(COMMAND_SHARE),
      onError: (error) => logger.debug(`Redis connection: ${error.message}`),
    });
  },
};

function logNodeChange(logger: Logger, { node, error, answering, nodes }: NodeChange): void {
  const left = `${answering} of ${nodes} Redis nodes answer`;
  if (error) logger.warn(`Redis node ${node} does not answer (${error.message}): ${left}`);
  else logger.log(`Redis node ${node} answers again: ${left}`);
}
