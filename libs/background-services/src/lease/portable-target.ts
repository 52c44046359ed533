import { lookup } from 'node:dns';
import { Cluster, type ClusterNode, type ClusterOptions, type RedisOptions } from 'ioredis';
import { isClient, isCluster, type RedisTarget } from './redis/connection.js';
import type { RedisNode } from './redlock/redlock-node.js';

/** What leases live on, one Redis or several, as plain data that another thread can be sent. */
export type PortableTarget =
  | { readonly kind: 'single'; readonly redis: string | RedisOptions }
  | { readonly kind: 'quorum'; readonly nodes: readonly (string | RedisOptions)[] }
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
export function toPortable(target: RedisTarget | readonly RedisNode[]): PortableTarget {
  if (isList(target)) return { kind: 'quorum', nodes: target.map(portableNode) };
  if (!isCluster(target)) return { kind: 'single', redis: portableNode(target) };
  return { kind: 'cluster', nodes: startupNodes(target), options: portable(target.options) };
}

/** The other way round. The client of a cluster is a description only: it never connects. */
export function fromPortable(target: PortableTarget): RedisTarget | readonly RedisNode[] {
  switch (target.kind) {
    case 'single':
      return target.redis;
    case 'quorum':
      return target.nodes;
    case 'cluster':
      return new Cluster(target.nodes, { ...target.options, lazyConnect: true });
  }
}

/** The options that cannot be sent to a thread, by name. */
export function unportableFields(target: RedisTarget | readonly RedisNode[]): readonly string[] {
  if (isList(target)) return target.flatMap((node) => unportableFields(node));
  if (typeof target === 'string') return [];
  const options = isClient(target) ? target.options : target;
  return Object.entries(portable(options)).flatMap(([name, value]) => (isCloneable(value) ? [] : [name]));
}

/** Whether leases are to live on several servers. */
export function isList(target: RedisTarget | readonly RedisNode[]): target is readonly RedisNode[] {
  return Array.isArray(target);
}

function portableNode(node: RedisNode): string | RedisOptions {
  if (typeof node === 'string') return node;
  return portable(isClient(node) ? node.options : node);
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
