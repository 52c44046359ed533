import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisLeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { lead, LONG_TTL as ttl } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

describe('what RedisLeaseStore costs', () => {
  let server: RedisServer;
  let operator: Redis;
  let opened: number;

  beforeEach(async () => {
    server = await RedisServer.start();
    operator = new Redis(server.url);
    onCleanUp(() => operator.disconnect());
    opened = 0;
  });
  afterEach(cleanUpAll);

  function open(url = server.url): RedisLeaseStore {
    const store = new RedisLeaseStore({ redis: url, commandTimeout: 3_000 });
    opened += 1;
    onCleanUp(() => store.close());
    return store;
  }

  const keys = (count: number) => Array.from({ length: count }, (_, i) => `orders-${i}`);

  async function leadAll(store: RedisLeaseStore, names: readonly string[], holder = 'a') {
    const replies = await store.acquire(names.map((key) => ({ key, holder, ttl, tokenFloor: 0 })));
    return replies.map((reply, i) => {
      if (reply.outcome !== 'acquired') throw new Error(JSON.stringify(reply));
      return { key: names[i]!, holder, token: reply.token };
    });
  }

  /** The commands that `work` causes, those inside the scripts included. */
  async function commandsOf(work: () => Promise<unknown>) {
    // Each store subscribes once, when its connection is there.
    await until(() => operator.client('LIST', 'TYPE', 'PUBSUB'), {
      what: 'the subscriptions',
      satisfies: (list) =>
        String(list)
          .split('\n')
          .filter((line) => / sub=[1-9]/.test(line)).length >= opened,
    });
    await server.resetCommandStats();
    await work();
    const { calls } = await server.commandStats();
    return Object.fromEntries(Object.entries(calls).filter(([command]) => command !== 'config|resetstat'));
  }

  it('is one script call and one more command a lease to renew 20 leases', async () => {
    const store = open();
    const leases = await leadAll(store, keys(20));
    const renewAll = () => store.renew(leases.map((lease) => ({ ...lease, ttl, ledger: {} })));
    await renewAll();
    expect(await commandsOf(renewAll)).toEqual({ evalsha: 1, time: 1, mget: 1, pexpire: 20 });
  });

  it('is one script call and one more command a lease to find 20 leases held', async () => {
    const [leader, standby] = [open(), open()];
    await leadAll(leader, keys(20));
    const tryAll = () => standby.acquire(keys(20).map((key) => ({ key, holder: 'b', ttl, tokenFloor: 0 })));
    await tryAll();
    expect(await commandsOf(tryAll)).toEqual({ evalsha: 1, time: 1, mget: 1, pttl: 20 });
  });

  it('is four script calls for 1,000 leases', async () => {
    const store = open();
    await leadAll(store, keys(1));
    const leases: Awaited<ReturnType<typeof leadAll>> = [];
    expect(await commandsOf(async () => leases.push(...(await leadAll(store, keys(1_000)))))).toMatchObject({
      evalsha: 4,
    });
    const renewAll = () => store.renew(leases.map((lease) => ({ ...lease, ttl, ledger: { x: '1' } })));
    await renewAll();
    expect(await commandsOf(renewAll)).toEqual({ evalsha: 4, time: 4, mget: 4, pexpire: 1_000, hset: 1_000 });
  });

  it('is one script call to record or to release', async () => {
    const store = open();
    const lease = await lead(store, 'orders', 'a');
    const recordIt = () => store.record({ ...lease, field: 'slot', value: '1' });
    const releaseIt = () => store.release({ ...lease, ledger: {} });
    await recordIt();
    expect(await commandsOf(recordIt)).toEqual({ evalsha: 1, mget: 1, hget: 1, hdel: 1, hset: 1 });
    expect(await commandsOf(releaseIt)).toEqual({ eval: 1, mget: 1, del: 1, publish: 1 });
  });

  it('is one script call and two more commands a lease to release 20 leases in one tick', async () => {
    const store = open();
    await store.release({ ...(await lead(store, 'orders', 'a')), ledger: {} });
    const leases = await leadAll(store, keys(20));
    const releaseAll = () => Promise.all(leases.map((lease) => store.release({ ...lease, ledger: {} })));
    expect(await commandsOf(releaseAll)).toEqual({ evalsha: 1, mget: 1, del: 20, publish: 20 });
  });

  it('is nothing at all while nobody asks', async () => {
    const store = open();
    await lead(store, 'orders', 'a');
    expect(await commandsOf(async () => {})).toEqual({});
  });

  it('is one round trip to renew and try for 1,000 keys each, not one a call', async () => {
    const proxy = await TcpProxy.start(server);
    const [store, neighbour] = [open(proxy.url), open()];
    const [mine, theirs] = [keys(1_000), keys(1_000).map((key) => `their-${key}`)];
    const leases = await leadAll(store, mine);
    await leadAll(neighbour, theirs, 'b');
    const work = () =>
      Promise.all([
        store.renew(leases.map((lease) => ({ ...lease, ttl, ledger: {} }))),
        store.acquire(theirs.map((key) => ({ key, holder: 'a', ttl, tokenFloor: 0 }))),
      ]);
    const duration = async () => {
      const startedAt = performance.now();
      await work();
      return performance.now() - startedAt;
    };
    await duration();
    const near = await duration();
    const delay = 1_000;
    proxy.delay('replies', delay);
    expect((await duration()) - near).toBeLessThan(1.5 * delay);
  });
});
