import { Cluster, Redis } from 'ioredis';
import { onCleanUp } from './deferred-cleanup.js';
import { RedisServer } from './redis-server.js';
import { until } from './until.js';

const MASTERS = 3;
const SLOTS = 16_384;
const NODE_TIMEOUT = 1_000;

/** Three masters that share the slots, each with a replica. All of them end with the test at the latest. */
export class RedisCluster {
  private constructor(
    readonly masters: readonly RedisServer[],
    readonly replicas: readonly RedisServer[],
  ) {}

  static async start(): Promise<RedisCluster> {
    const servers = await Promise.all(
      Array.from({ length: 2 * MASTERS }, async (_, i) => {
        const args = ['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${i}.conf`];
        return RedisServer.start({ args: [...args, '--cluster-node-timeout', String(NODE_TIMEOUT)] });
      }),
    );
    const cluster = new RedisCluster(servers.slice(0, MASTERS), servers.slice(MASTERS));
    await cluster.#join();
    return cluster;
  }

  /** A client of an app. */
  client(): Cluster {
    const nodes = this.masters.map(({ port }) => ({ host: '127.0.0.1', port }));
    const client = new Cluster(nodes, { lazyConnect: true, slotsRefreshTimeout: 2_000 });
    onCleanUp(() => client.disconnect());
    return client;
  }

  /** The master that has a key, before any slot is moved. */
  async masterOf(key: string): Promise<RedisServer> {
    return this.masters[Math.floor((await this.#slotOf(key)) / (SLOTS / MASTERS))]!;
  }

  /** Moves the slot of a key to the next master, as a resharding does. */
  async moveSlotOf(key: string): Promise<void> {
    const slot = await this.#slotOf(key);
    const from = await this.masterOf(key);
    const to = this.masters[(this.masters.indexOf(from) + 1) % MASTERS]!;
    const [source, target] = [from, to].map(({ url }) => new Redis(url, { disconnectTimeout: 10 })) as [
      Redis,
      Redis,
    ];
    for (const client of [source, target]) onCleanUp(() => client.disconnect());
    const [sourceId, targetId] = await Promise.all(
      [source, target].map((client) => client.call('CLUSTER', 'MYID')),
    );
    await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId as string);
    await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId as string);
    const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
    await source.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys);
    for (const client of [target, source])
      await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId as string);
    for (const client of [source, target]) client.disconnect();
  }

  async #slotOf(key: string): Promise<number> {
    const client = new Redis(this.masters[0]!.url, { disconnectTimeout: 10 });
    onCleanUp(() => client.disconnect());
    const slot = (await client.call('CLUSTER', 'KEYSLOT', key)) as number;
    client.disconnect();
    return slot;
  }

  async #join(): Promise<void> {
    const clients = [...this.masters, ...this.replicas].map(
      ({ url }) => new Redis(url, { disconnectTimeout: 10 }),
    );
    for (const client of clients) onCleanUp(() => client.disconnect());
    const [first, ...others] = this.masters;
    await Promise.all(
      clients
        .slice(0, MASTERS)
        .map((client, i) => client.call('CLUSTER', 'ADDSLOTSRANGE', bound(i), bound(i + 1) - 1)),
    );
    for (const { port } of [...others, ...this.replicas])
      await clients[0]!.call('CLUSTER', 'MEET', '127.0.0.1', port);
    const ids = await Promise.all(clients.map((client) => client.call('CLUSTER', 'MYID') as Promise<string>));
    await Promise.all(
      clients.map((client) =>
        until(() => client.call('CLUSTER', 'NODES') as Promise<string>, {
          what: `a node to know all others of ${first!.url}`,
          timeout: 20_000,
          satisfies: (nodes) => ids.every((id) => nodes.includes(id)),
        }),
      ),
    );
    await Promise.all(
      clients.slice(MASTERS).map((client, i) => client.call('CLUSTER', 'REPLICATE', ids[i]!)),
    );
    await Promise.all(
      clients.map((client) =>
        until(() => client.call('CLUSTER', 'INFO') as Promise<string>, {
          what: 'the cluster to be ready',
          timeout: 20_000,
          satisfies: (info) => info.includes('cluster_state:ok'),
        }),
      ),
    );
    // A replica that has not synchronized yet does not stand for election.
    await Promise.all(
      clients.slice(MASTERS).map((client) =>
        until(() => client.info('replication'), {
          what: 'a replica to follow',
          timeout: 20_000,
          satisfies: (info) => info.includes('master_link_status:up'),
        }),
      ),
    );
    for (const client of clients) client.disconnect();
  }
}

function bound(i: number): number {
  return Math.ceil((i * SLOTS) / MASTERS);
}
