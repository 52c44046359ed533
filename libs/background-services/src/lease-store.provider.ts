import type { FactoryProvider } from '@nestjs/common';
import { describeError } from './errors/index.js';
import { type LeaseStore, MemoryLeaseStore, type NodeChange, openLeaseStore } from './lease/index.js';
import type { LineLogger } from './logs/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import { openLog } from './open-log.js';
import type { ResolvedOptions } from './options.js';

/** The store that the leases of this app live in. */
export const LEASE_STORE = Symbol('nestjs-background-services:lease-store');

export const leaseStoreProvider: FactoryProvider<LeaseStore> = {
  provide: LEASE_STORE,
  inject: [RESOLVED_OPTIONS],
  useFactory: (options: ResolvedOptions) => {
    const { redis, waitReplicas, store, clock, random, lease } = options;
    const logger = openLog(options);
    if (store) return store;
    if (redis === undefined) {
      logger.log(
        'No Redis is configured: leases live in memory, and this process leads everything. Run one replica only.',
      );
      return new MemoryLeaseStore(clock);
    }
    return openLeaseStore({
      redis,
      waitReplicas,
      ttl: lease.ttl,
      clock,
      random,
      onError: (error) => logger.debug(`Redis connection: ${describeError(error).message}`),
      onNodeChange: (change) => logNodeChange(logger, change),
    });
  },
};

function logNodeChange(logger: LineLogger, { node, error, answering, nodes }: NodeChange): void {
  const left = `${answering} of ${nodes} Redis nodes answer`;
  if (error) logger.warn(`Redis node ${node} does not answer (${describeError(error).message}): ${left}`);
  else logger.log(`Redis node ${node} answers again: ${left}`);
}
