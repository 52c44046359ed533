import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** How to reach Redis: a URL, ioredis options, or a client of the app, which is duplicated and never closed here. */
export type RedisTarget = string | RedisOptions | Redis | Cluster;

export type RedisClient = Redis | Cluster;

export interface ConnectionTimes {
  /** Time limit of one command, ms. */
  readonly commandTimeout: number;
}

/**
 * The lease's own connection. Nothing may wait in it unseen: no offline queue, no resending after a reconnect, one try a request, a time
 * limit on every command, and a socket time limit, without which ioredis never notices a peer that is gone.
 */
export function leaseConnection(target: RedisTarget, { commandTimeout }: ConnectionTimes): RedisClient {
  return connect(target, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout,
    socketTimeout: 2 * commandTimeout,
    connectTimeout: Math.max(1_000, 2 * commandTimeout),
    keepAlive: 1_000,
    retryStrategy: (attempt) => Math.min(50 * attempt, Math.max(100, commandTimeout)),
  });
}

/** The connection that hears of releases. It may drop without harm: it comes back by itself, and standbys look by themselves too. */
export function subscriberConnection(target: RedisTarget): RedisClient {
  return connect(target, {
    enableOfflineQueue: true,
    autoResubscribe: true,
    maxRetriesPerRequest: null,
    keepAlive: 1_000,
    retryStrategy: (attempt) => Math.min(100 * attempt, 1_000),
  });
}

/** The prefix that the target puts before keys; the scripts get it with every key and ioredis must not add it again. */
export function keyPrefixOf(target: RedisTarget): string {
  if (typeof target === 'string') return new URL(withScheme(target)).searchParams.get('keyPrefix') ?? '';
  if (target instanceof Cluster)
    return target.options.keyPrefix ?? target.options.redisOptions?.keyPrefix ?? '';
  return (target instanceof Redis ? target.options.keyPrefix : target.keyPrefix) ?? '';
}

function connect(target: RedisTarget, overrides: RedisOptions): RedisClient {
  const options = { ...overrides, lazyConnect: true, keyPrefix: '' };
  if (typeof target === 'string') return new Redis(target, options);
  if (target instanceof Cluster) {
    const { enableOfflineQueue, ...redisOptions } = options;
    return target.duplicate([], { enableOfflineQueue, lazyConnect: true, keyPrefix: '', redisOptions });
  }
  return target instanceof Redis ? target.duplicate(options) : new Redis({ ...target, ...options });
}

function withScheme(target: string): string {
  return target.includes('://') ? target : `redis://${target}`;
}
