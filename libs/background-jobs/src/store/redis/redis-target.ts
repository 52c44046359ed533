import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { systemClock } from 'nestjs-background-services/store';
import { dropUnanswered } from 'nestjs-background-http-kit';
import { MissingJobsPackageError } from '../../errors/index.js';

/** Where the jobs are: a URL, options of ioredis, or a client, which is duplicated and left alone. */
export type JobsRedis = string | RedisOptions | Redis | Cluster;

/** A command that is not answered within this time fails, so that a request is answered, ms. */
const COMMAND_TIMEOUT = 5_000;

/** What every connection needs, whatever the app's own client is set to. */
const COMMON = {
  lazyConnect: false,
  enableOfflineQueue: true,
  enableAutoPipelining: false,
  stringNumbers: false,
  // Names begin with the prefix where they are made: ioredis does not see those that scripts make, nor channels.
  keyPrefix: '',
  // It asks with INFO, which a server may refuse or call otherwise: ioredis would never be ready. A server that is still loading says so to every command.
  enableReadyCheck: false,
  // One right less that a user needs.
  disableClientInfo: true,
  // A peer that does not answer a goodbye does not keep the shutdown waiting.
  disconnectTimeout: 100,
  retryStrategy: (times: number) => Math.min(100 * times, 2_000),
} as const satisfies RedisOptions;

/** Of a connection on which a request waits for each command. */
export const PROMPT = {
  maxRetriesPerRequest: 1,
  commandTimeout: COMMAND_TIMEOUT,
  // A half-open connection is noticed by what does not come back.
  socketTimeout: 2 * COMMAND_TIMEOUT,
  keepAlive: COMMAND_TIMEOUT,
} as const satisfies RedisOptions;

/** Of one that waits for jobs or messages for as long as it takes, and comes back by itself. */
export const PATIENT = {
  maxRetriesPerRequest: null,
  // Of ioredis, 0 is no "off", but a time-out at once.
  commandTimeout: undefined,
  socketTimeout: undefined,
} as const satisfies RedisOptions;

export type Patience = typeof PROMPT | typeof PATIENT;

/** Opens a connection of its own, whose names have no prefix of ioredis: see `keyPrefixOf`. @throws MissingJobsPackageError */
export async function connect(target: JobsRedis, patience: Patience): Promise<Redis | Cluster> {
  const client = await open(target, { ...COMMON, ...patience });
  if (patience.commandTimeout !== undefined)
    dropUnanswered(client, { limit: 2 * patience.commandTimeout, now: () => systemClock.monotonic() });
  return client;
}

async function open(target: JobsRedis, settings: RedisOptions): Promise<Redis | Cluster> {
  if (isCluster(target)) return duplicateCluster(target, settings);
  if (isClient(target)) return target.duplicate(settings);
  const { Redis } = await loadIoredis();
  return new Redis({ ...(await optionsOf(target)), ...settings });
}

/** The same as options for BullMQ, which makes its connections itself; a cluster is handed in as a client. @throws MissingJobsPackageError */
export async function connectionFor(target: JobsRedis, patience: Patience): Promise<RedisOptions | Cluster> {
  const settings = { ...COMMON, ...patience };
  if (isCluster(target)) return duplicateCluster(target, settings);
  return { ...(await optionsOf(target)), ...settings };
}

/** What the target puts before every name. @throws MissingJobsPackageError */
export async function keyPrefixOf(target: JobsRedis): Promise<string> {
  if (isCluster(target)) return target.options.keyPrefix ?? target.options.redisOptions?.keyPrefix ?? '';
  return (await optionsOf(target)).keyPrefix ?? '';
}

/** Where a target is, and whose rights count there, for people. @throws MissingJobsPackageError */
export async function placeOf(
  target: JobsRedis,
): Promise<{ readonly address: string; readonly tls: boolean; readonly user: string }> {
  if (isCluster(target)) {
    const { tls, username } = target.options.redisOptions ?? {};
    return { address: 'the nodes of the cluster', tls: Boolean(tls), user: username || 'default' };
  }
  const { path, sentinels, name, host, port, tls, username } = await optionsOf(target);
  const server = `${host ?? 'localhost'}:${port ?? 6379}`;
  return {
    address: path ?? (sentinels ? `sentinel ${name ?? 'mymaster'}` : server),
    tls: Boolean(tls),
    user: username || 'default',
  };
}

/** The names of options that the installed ioredis has a default for: it may know more than the check of a target does. */
export async function optionNames(): Promise<readonly string[]> {
  const { Redis } = await loadIoredis();
  const reader = new Redis({ lazyConnect: true });
  reader.disconnect();
  return Object.keys(reader.options);
}

export function isCluster(target: JobsRedis): target is Cluster {
  return isClient(target) && target.isCluster;
}

/** By what it can do, not by its class: the app may have another copy of ioredis. Clients of other packages have no `isCluster`. */
export function isClient(target: unknown): target is Redis | Cluster {
  const { duplicate, isCluster } = Object(target) as Partial<Record<'duplicate' | 'isCluster', unknown>>;
  return typeof duplicate === 'function' && typeof isCluster === 'boolean';
}

/** As ioredis reads them: the query of a URL, an address without a scheme, and the path of a socket. */
async function optionsOf(target: string | RedisOptions | Redis): Promise<RedisOptions> {
  if (isClient(target)) return target.options;
  if (typeof target !== 'string') return target;
  const { Redis } = await loadIoredis();
  const reader = new Redis(target, { lazyConnect: true });
  reader.disconnect();
  return reader.options;
}

function duplicateCluster(target: Cluster, settings: RedisOptions): Cluster {
  // These are the cluster's own; its nodes get the others, on top of what the app gave them.
  const { lazyConnect, enableOfflineQueue, enableAutoPipelining, keyPrefix, ...rest } = settings;
  return target.duplicate([], {
    ...{ lazyConnect, enableOfflineQueue, enableAutoPipelining, keyPrefix },
    redisOptions: { ...target.options.redisOptions, ...rest },
  });
}

async function loadIoredis() {
  return import('ioredis').catch((cause: unknown) => {
    throw new MissingJobsPackageError('ioredis', '6', { cause });
  });
}
