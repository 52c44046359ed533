import { describeError } from '../../errors/index.js';
import type { LeaseStoreFactory } from '../lease-store-factory.js';
import { commandTimeoutOf, type RedisTarget } from './connection.js';
import { RedisLeaseStore, type RedisLeaseStoreOptions } from './redis-lease-store.js';

/** One command may take this share of the TTL: several tries fit in before the renew deadline. */
const COMMAND_SHARE = 10;

/** Makes a store on one Redis, with time limits that suit the leases. */
export function redisStore(
  redis: RedisTarget,
  { waitReplicas = 0 }: Pick<RedisLeaseStoreOptions, 'waitReplicas'> = {},
): LeaseStoreFactory {
  return ({ ttl, clock, listen, logger, onWarning }) =>
    new RedisLeaseStore({
      redis,
      commandTimeout: commandTimeoutOf(ttl, COMMAND_SHARE),
      waitReplicas,
      clock,
      listen,
      onError: (error) => logger.debug(`Redis connection: ${describeError(error).message}`),
      onWarning,
    });
}
