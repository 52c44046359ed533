import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import { dropUnanswered } from '../../redis/index.js';
import { systemClock } from '../clock.js';

/** How to reach Redis: a URL, ioredis options, or a client of the app, which is duplicated and never closed here. */
export type RedisTarget = string | RedisOptions | Redis | Cluster;

export type RedisClient = Redis | Cluster;

export interface ConnectionTimes {
  /** Time limit of one command, ms. */
  readonly commandTimeout: number;
}

/** No command is given longer than this, ms. */
const LONGEST_COMMAND = 3_000;

/** The time limit of one command, ms: this share of the TTL, within reason. */
export function commandTimeoutOf(ttl: number, share: number): number {
  return Math.min(ttl / share, LONGEST_COMMAND);
}

/** What both connections need, whatever the app's own client is set to. */
const COMMON: RedisOptions = {
  lazyConnect: true,
  // The scripts get the prefix with every key.
  keyPrefix: '',
  keepAlive: 1_000,
  // A peer that does not answer a goodbye does not keep the process, or the next connection, waiting.
  disconnectTimeout: 100,
  // Replies are read as numbers, and each command has its own time limit.
  stringNumbers: false,
  enableAutoPipelining: false,
  // It asks with INFO, which a server may refuse or call otherwise. A server that is still loading says so to every command.
  enableReadyCheck: false,
  // One right less that a user needs.
  disableClientInfo: true,
  // A master that was demoted answers, but takes no writes: who took over is found by connecting anew. The command is not sent again.
  reconnectOnError: (error) => error.message.includes('READONLY'),
};

/**
 * The lease's own connection. Nothing may wait in it unseen: no offline queue, no resending after a reconnect, one try a request, a time
 * limit on every command, and a socket time limit, without which ioredis never notices a peer that is gone.
 */
export function leaseConnection(target: RedisTarget, { commandTimeout }: ConnectionTimes): RedisClient {
  const client = connect(target, {
    ...COMMON,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout,
    socketTimeout: 2 * commandTimeout,
    connectTimeout: Math.max(1_000, 2 * commandTimeout),
    retryStrategy: (attempt) => Math.min(50 * attempt, Math.max(100, commandTimeout)),
  });
  dropUnanswered(client, { limit: 2 * commandTimeout, now: () => systemClock.monotonic() });
  return client;
}

/**
 * The connection that hears of releases. It may drop without harm: it comes back by itself, and standbys look by themselves too. Whoever
 * owns it subscribes on every `ready`: the client's own resubscription would leave its errors to nobody.
 */
export function subscriberConnection(target: RedisTarget): RedisClient {
  return connect(target, {
    ...COMMON,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    commandTimeout: undefined,
    socketTimeout: undefined,
    retryStrategy: (attempt) => Math.min(100 * attempt, 1_000),
  });
}

/** The prefix that the target puts before keys. */
export function keyPrefixOf(target: RedisTarget): string {
  if (isCluster(target)) return target.options.keyPrefix ?? target.options.redisOptions?.keyPrefix ?? '';
  return optionsOf(target).keyPrefix ?? '';
}

/** Whether ioredis makes a client of it, and of an address that there can be. It takes any other without a word, and then never connects. */
export function connectable(target: string | RedisOptions): boolean {
  try {
    const reader = new Redis({ ...optionsOf(target), lazyConnect: true });
    reader.disconnect();
    const { host, port, path, keyPrefix } = reader.options;
    const isText = (value: unknown) => value === undefined || value === null || typeof value === 'string';
    const isPort = /^\d{1,5}$/.test(String(port)) && Number(port) > 0 && Number(port) < 65_536;
    return [host, path, keyPrefix].every(isText) && isPort;
  } catch {
    return false;
  }
}

/** What is known of a target besides its address: whose rights count there, and whether TLS is spoken. */
export function doorOf(target: RedisTarget): { readonly user: string; readonly tls: boolean } {
  const { username, tls } = isCluster(target) ? (target.options.redisOptions ?? {}) : optionsOf(target);
  return { user: username || 'default', tls: Boolean(tls) };
}

/** The address of a target for people. */
export function placeOf(target: RedisTarget): string {
  return isCluster(target) ? 'the nodes of the cluster' : addressOf(target);
}

/** Host and port, or the path of the socket: what tells one Redis from another, in the log and to the reader. */
export function addressOf(target: string | RedisOptions | Redis): string {
  const { path, sentinels, name, host = 'localhost', port = 6379 } = optionsOf(target);
  return path ?? (sentinels ? `sentinel ${name ?? 'mymaster'}` : `${host}:${port}`);
}

export function isCluster(target: RedisTarget): target is Cluster {
  return isClient(target) && target.isCluster;
}

function connect(target: RedisTarget, settings: RedisOptions): RedisClient {
  if (!isClient(target)) return new Redis({ ...optionsOf(target), ...settings });
  if (!isCluster(target)) return target.duplicate(settings);
  // These four are the cluster's own; its nodes get the others, on top of what the app gave them.
  const { enableOfflineQueue, lazyConnect, keyPrefix, enableAutoPipelining, ...rest } = settings;
  const own = { enableOfflineQueue, lazyConnect, keyPrefix, enableAutoPipelining };
  return target.duplicate([], { ...own, redisOptions: { ...target.options.redisOptions, ...rest } });
}

function optionsOf(target: string | RedisOptions | Redis): RedisOptions {
  if (isClient(target)) return target.options;
  if (typeof target !== 'string') return target;
  // In ioredis the query of a URL wins over options beside it. So a client that never connects reads the URL first.
  const reader = new Redis(target, { lazyConnect: true });
  reader.disconnect();
  return reader.options;
}

/** Not by its class: the app may have brought another copy of ioredis. */
export function isClient(target: RedisTarget): target is RedisClient {
  return typeof target === 'object' && 'isCluster' in target;
}
