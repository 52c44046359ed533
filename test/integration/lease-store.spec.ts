import { afterAll, describe, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type LeaseStore, MemoryLeaseStore, RedisLeaseStore } from 'nestjs-background-services/store';
import { leaseStoreContract, type StoreUnderTest } from 'nestjs-background-services/testing';
import { cleanUpAll } from '../support/deferred-cleanup.js';
import { RedisQuorum } from '../support/redis-quorum.js';
import { RedisServer } from '../support/redis-server.js';

afterAll(cleanUpAll);

describeLeaseStore('MemoryLeaseStore', async () => {
  let memory = new MemoryLeaseStore();
  /** Replicas in one process share one instance; one that has lost everything is a new one. */
  const shared = (): LeaseStore => memory;
  return {
    get store() {
      return shared();
    },
    get other() {
      return shared();
    },
    set: async (key, holder, ttl) => memory.set(key, holder, ttl),
    delete: async (key) => memory.delete(key),
    wipe: async () => void (memory = new MemoryLeaseStore()),
    close: () => memory.close(),
  };
});

describeLeaseStore('RedisLeaseStore', () => onRedis(''));

describeLeaseStore('RedisLeaseStore with a key prefix', () => onRedis('app:'));

describeLeaseStore('RedlockLeaseStore on 3 servers', () => onQuorum(3));

describeLeaseStore('RedlockLeaseStore on 5 servers with a key prefix', () => onQuorum(5, 'app:'));

/** The contract that is published for authors of stores, on a store of ours. */
function describeLeaseStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    const contract = leaseStoreContract(open);
    for (const { name: what, run, timeout } of contract.cases) it(what, run, timeout);
    afterAll(() => contract.close());
  });
}

async function onQuorum(size: number, keyPrefix = ''): Promise<StoreUnderTest> {
  const quorum = await RedisQuorum.start(size);
  const nodes = quorum.servers.map(({ port }) => ({ port, keyPrefix }));
  const open = () => quorum.open({ nodes, commandTimeout: 10_000 });
  const [store, other] = [await open(), await open()];
  return {
    store,
    other,
    set: async (key, holder, ttl) => {
      await quorum.each((operator) => set(operator, keyPrefix + key, holder, ttl));
    },
    delete: async (key) => void (await quorum.each((operator) => operator.del(keyPrefix + key))),
    wipe: async () => void (await quorum.each((operator) => operator.flushall())),
    close: async () => {
      await Promise.all([store.close(), other.close()]);
      await quorum.stop();
    },
  };
}

async function onRedis(keyPrefix: string): Promise<StoreUnderTest> {
  const server = await RedisServer.start();
  const operator = new Redis(server.url);
  const options = { redis: { port: server.port, keyPrefix }, commandTimeout: 3_000 };
  const stores = [new RedisLeaseStore(options), new RedisLeaseStore(options)] as const;
  return {
    store: stores[0],
    other: stores[1],
    set: (key, holder, ttl) => {
      const shard = shardIn(keyPrefix, key);
      return shard ? setShard(operator, shard, holder, ttl) : set(operator, keyPrefix + key, holder, ttl);
    },
    delete: async (key) => {
      const shard = shardIn(keyPrefix, key);
      await (shard ? operator.hdel(shard.hash, shard.index) : operator.del(keyPrefix + key));
    },
    wipe: async () => void (await operator.flushall()),
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await operator.quit();
      await server.stop();
    },
  };
}

async function set(operator: Redis, key: string, holder: string, ttl?: number): Promise<void> {
  await (ttl === undefined ? operator.set(key, holder) : operator.set(key, holder, 'PX', ttl));
}

interface Shard {
  readonly hash: string;
  readonly index: string;
}

/** Where an operator finds a shard, as documented. */
function shardIn(prefix: string, text: string): Shard | undefined {
  const [, key, index] = /^(.*)#(\d+)\/\d+$/.exec(text) ?? [];
  return key && index ? { hash: `${prefix}{${prefix}${key}}:shards`, index } : undefined;
}

async function setShard(
  operator: Redis,
  { hash, index }: Shard,
  holder: string,
  ttl?: number,
): Promise<void> {
  const value = ttl === undefined ? holder : `0|@${Date.now() + ttl}|${holder}`;
  await operator.hset(hash, index, value);
}
