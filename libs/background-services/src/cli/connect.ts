import { Cluster, Redis } from 'ioredis';
import {
  addressOf,
  type FleetBoard,
  RedisLeaseStore,
  type RedisTarget,
  type StoreWarning,
} from '../lease/index.js';
import type { ConnectionSettings } from './arguments.js';

/** A way to the board of a fleet. */
export interface Connection {
  readonly board: FleetBoard;
  /** Where it leads to, without a password. */
  readonly address: string;
  /** What is not as it should be with the Redis itself. */
  readonly warnings: readonly StoreWarning[];
  /** Waits for the connection. @throws StoreError if there is none in time */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** @param listen whether hints are to be heard, for which there is a second connection */
export type Connect = (settings: ConnectionSettings, listen: boolean) => Connection;

export const connectToRedis: Connect = (settings, listen) => {
  const store = new RedisLeaseStore({
    redis: targetOf(settings),
    commandTimeout: settings.timeout,
    listen,
  });
  return {
    board: store.board,
    address: `${addressOf(settings.url)}${settings.cluster ? ' (cluster)' : ''}`,
    get warnings() {
      return store.warnings;
    },
    ready: async () => {
      await store.inspect([]);
      // One round trip more: what the connection asks the server by itself is answered then.
      await store.board.revision();
    },
    close: () => store.close(),
  };
};

/** A client that never connects itself: the store makes its own connections after it. */
function targetOf({ url, prefix, cluster }: ConnectionSettings): RedisTarget {
  const keyPrefix = prefix === '' ? {} : { keyPrefix: prefix };
  const single = new Redis(url, { lazyConnect: true, ...keyPrefix });
  if (!cluster) return single;
  // The other nodes are found by the first one, and take the same credentials.
  const { host = 'localhost', port = 6379, username, password, tls } = single.options;
  const credentials = {
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(tls ? { tls } : {}),
  };
  return new Cluster([{ host, port }], { lazyConnect: true, redisOptions: credentials, ...keyPrefix });
}
