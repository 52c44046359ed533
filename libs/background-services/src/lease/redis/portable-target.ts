import { lookup } from 'node:dns';
import { Cluster, type ClusterNode, type ClusterOptions, type RedisOptions } from 'ioredis';
import { isClient, isCluster, type RedisTarget } from './connection.js';
import type { RedisServer } from './server-problems.js';

/** The Redis that leases live on, as plain data that another thread can be sent. */
export type PortableTarget =
  | { readonly kind: 'single'; readonly redis: string | RedisOptions }
  | { readonly kind: 'cluster'; readonly nodes: ClusterNode[]; readonly options: ClusterOptions };

/** Set by every connection of a lease anyway. */
const OVERRIDDEN = new Set(['retryStrategy', 'reconnectOnError']);
/** How often ioredis tries again is no matter of correctness; the thread uses the defaults. */
const RETRIES = new Set([
  'sentinelRetryStrategy',
  'sentinelReconnectStrategy',
  'clusterRetryStrategy',
  'clusterNodeRetryStrategy',
]);

/** Leaves out what the thread does not need. What it does need and cannot get is said by {@link unportableFields}. */
export function toPortable(target: RedisTarget): PortableTarget {
  if (!isCluster(target)) return { kind: 'single', redis: portableServer(target) };
  return { kind: 'cluster', nodes: startupNodes(target), options: portable(target.options) };
}

/** The other way round. The client of a cluster is a description only: it never connects. */
export function fromPortable(target: PortableTarget): RedisTarget {
  if (target.kind === 'single') return target.redis;
  return new Cluster(target.nodes, { ...target.options, lazyConnect: true });
}

/** The options that cannot be sent to a thread, by name. */
export function unportableFields(target: RedisTarget): readonly string[] {
  if (typeof target === 'string') return [];
  const options = isClient(target) ? target.options : target;
  return Object.entries(portable(options)).flatMap(([name, value]) => (isCloneable(value) ? [] : [name]));
}

/** One server, without what a thread does not need. */
export function portableServer(server: RedisServer): string | RedisOptions {
  if (typeof server === 'string') return server;
  return portable(isClient(server) ? server.options : server);
}

function portable<Options extends RedisOptions | ClusterOptions>(options: Options): Options {
  const kept = Object.entries(options).flatMap(([name, value]): [string, unknown][] => {
    if (OVERRIDDEN.has(name) || RETRIES.has(name) || isDefaultResolver(name, value, options)) return [];
    const nested = name === 'redisOptions' && typeof value === 'object' && value !== null;
    return [[name, nested ? portable(value as RedisOptions) : value]];
  });
  return Object.fromEntries(kept) as object as Options;
}

/** A cluster's options always name the functions that look hosts up. */
function isDefaultResolver(name: string, value: unknown, options: RedisOptions | ClusterOptions): boolean {
  if (name === 'dnsLookup') return value === lookup;
  return name === 'resolveSrv' && !('useSRVRecords' in options && options.useSRVRecords);
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** Where the client was told to begin. Before it is connected, `nodes()` is empty. */
function startupNodes(cluster: Cluster): ClusterNode[] {
  const { startupNodes: nodes } = cluster as unknown as { readonly startupNodes: readonly ClusterNode[] };
  return [...nodes];
}
