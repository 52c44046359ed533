import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type HeldLease, RedisLeaseStore, type Release } from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { acquire, lead } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

const CHANNEL = 'background-services:released';
const HEIR = { holder: 'b', ttl: 20_000 };
const KEPT = { outcome: 'held', holder: 'b', ttl: expect.any(Number) };

/** What every store promises of heirs is in the contract; here is how they lie in Redis, and what replicas of other versions tell and hear. */
describe('Leases in Redis that are kept for an heir', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: RedisLeaseStore;

  beforeEach(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
    onCleanUp(() => redis.disconnect());
    store = new RedisLeaseStore({ redis: server.url, commandTimeout: 3_000 });
    onCleanUp(() => store.close());
  });
  afterEach(cleanUpAll);

  const release = (lease: HeldLease, heir = HEIR) => store.release({ ...lease, heir, ledger: {} });

  /** What is published while `work` goes on. */
  async function noticesOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    const heard: string[] = [];
    const listener = new Redis(server.url);
    onCleanUp(() => listener.disconnect());
    await listener.subscribe(CHANNEL);
    listener.on('message', (_channel, message: string) => heard.push(message));
    await work();
    await redis.publish(CHANNEL, 'end');
    await until(() => heard.at(-1) === 'end', { what: 'the last notice' });
    return heard.slice(0, -1);
  }

  it('have it for their value, and end by themselves', async () => {
    const lease = await lead(store, 'orders', 'a');
    expect(await release(lease)).toEqual({ outcome: 'released' });
    expect(await redis.get('orders')).toBe('b');
    expect(await redis.pttl('orders')).toBeGreaterThan(10_000);
    expect(await redis.get('{orders}:token')).toBe(`${lease.token}`);
  });

  it('are in the words of shards until when they are kept, and for whom', async () => {
    const lease = await lead(store, 'accounts#5/64', 'a');
    await release(lease);
    expect(await redis.hget('{accounts}:shards', '5')).toMatch(new RegExp(`^${lease.token}\\|>\\d+\\|b$`));
    expect(await redis.hkeys('{accounts}:shards:sessions')).toEqual(['']);
    expect(await redis.get('accounts')).toBe('shards/64');
    expect(await redis.pttl('accounts')).toBeLessThanOrEqual(HEIR.ttl);
    await redis.del('accounts');
    expect(await acquire(store, 'accounts#5/64', 'c')).toMatchObject({ outcome: 'acquired' });
  });

  it('keep a key with shards for as long as the one that is kept longest, though another replica leaves', async () => {
    const [mine, theirs] = [await lead(store, 'accounts#0/2', 'a'), await lead(store, 'accounts#1/2', 'c')];
    await release(mine);
    await store.release({ ...theirs, ledger: {} });
    expect(await acquire(store, 'accounts', 'd')).toMatchObject({ outcome: 'held', holder: 'shards/2' });
    expect(await acquire(store, 'accounts#0/2', 'd')).toEqual(KEPT);
    await lead(store, 'accounts#0/2', 'b');
    expect(await redis.pttl('accounts')).toBeGreaterThan(HEIR.ttl);
  });

  it('are released in one script, whoever their heirs are', async () => {
    const leases = await Promise.all(Array.from({ length: 100 }, (_, i) => lead(store, `orders-${i}`, 'a')));
    await release(await lead(store, 'first', 'a'));
    await server.resetCommandStats();
    const heir = (i: number) => ({ holder: `heir-${i % 7}`, ttl: 1_000 });
    await Promise.all(leases.map((lease, i) => release(lease, heir(i))));
    const { calls } = await server.commandStats();
    expect(calls).toEqual({ 'config|resetstat': 1, evalsha: 1, mget: 1, del: 100, set: 100, publish: 100 });
  });

  it('are named in a fourth line of the notice; what is free has none', async () => {
    const [lease, free] = [await lead(store, 'orders', 'a'), await lead(store, 'prices', 'a')];
    const shards = [await lead(store, 'accounts#5/64', 'a'), await lead(store, 'accounts#6/64', 'a')];
    const notices = await noticesOf(async () => {
      await release(lease);
      await store.release({ ...free, ledger: {} });
      await Promise.all(shards.map((shard) => release(shard)));
    });
    expect(notices).toEqual([
      `orders\na\n${lease.token}\nb`,
      `prices\na\n${free.token}`,
      'accounts#5,6/64\na\n\nb',
    ]);
  });

  it('are heard of with their heir, and notices of other versions as they are', async () => {
    const heard: Release[] = [];
    store.watch((notice) => heard.push(notice));
    const publish = (...lines: string[]) => redis.publish(CHANNEL, lines.join('\n'));
    await until(async () => (await publish('here', 'a'), heard.length > 0), { what: 'the subscription' });
    heard.length = 0;
    await publish('orders', 'a');
    await publish('orders', 'a', '7');
    await publish('orders', 'a', '7', 'b');
    await publish('orders', 'a', '7', 'b', 'of a later version');
    await publish('accounts#5,6/64', 'a', '', 'b');
    await until(() => heard.length >= 6, { what: 'all of them' });
    const [orders, holder] = ['orders', 'a'];
    expect(heard.filter(({ key }) => key !== 'here')).toEqual([
      { key: orders, holder },
      { key: orders, holder },
      { key: orders, holder, heir: 'b' },
      { key: orders, holder, heir: 'b' },
      { key: 'accounts#5/64', holder, heir: 'b' },
      { key: 'accounts#6/64', holder, heir: 'b' },
    ]);
  });

  it('are handed over on a Redis that is full', async () => {
    const leases = [await lead(store, 'orders', 'a'), await lead(store, 'accounts#5/64', 'a')];
    await redis.config('SET', 'maxmemory', '1');
    for (const lease of leases) {
      expect(await release(lease)).toEqual({ outcome: 'released' });
      expect(await acquire(store, lease.key, 'c')).toEqual(KEPT);
      expect(await acquire(store, lease.key, 'b')).toMatchObject({ outcome: 'acquired' });
    }
  });
});
