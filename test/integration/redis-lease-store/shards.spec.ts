import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type HeldLease, RedisLeaseStore } from 'nestjs-background-services/store';
import { TestClock } from 'nestjs-background-services/testing';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { acquire, expectToRise, lead, LONG_TTL as ttl, renew } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';

const SHARDS = '{accounts}:shards';
const SESSIONS = '{accounts}:shards:sessions';
const shard = (index: number, count = 64) => `accounts#${index}/${count}`;

describe('Shards in Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: RedisLeaseStore;
  let clock: TestClock;

  beforeEach(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
    clock = new TestClock();
    store = new RedisLeaseStore({ redis: server.url, commandTimeout: 3_000, clock, listen: false });
    onCleanUp(async () => {
      await store.close();
      redis.disconnect();
    });
  });
  afterEach(cleanUpAll);

  async function leadAll(count: number, holder = 'a'): Promise<HeldLease[]> {
    const keys = Array.from({ length: count }, (_, index) => shard(index, count));
    const replies = await store.acquire(keys.map((key) => ({ key, holder, ttl, tokenFloor: 0, fields: [] })));
    return replies.map((reply, i) => {
      if (reply.outcome !== 'acquired') throw new Error(JSON.stringify(reply));
      return { key: keys[i]!, holder, token: reply.token };
    });
  }

  const renewAll = (leases: readonly HeldLease[], ledger = {}) =>
    store.renew(leases.map((lease) => ({ ...lease, ttl, ledger })));
  const outcomesOf = (replies: readonly { readonly outcome: string }[]) => [
    ...new Set(replies.map(({ outcome }) => outcome)),
  ];

  it('cost one script a renewal, and six commands in it, however many there are', async () => {
    const leases = await leadAll(400);
    await renewAll(leases);
    await server.resetCommandStats();
    expect(outcomesOf(await renewAll(leases))).toEqual(['renewed']);
    const { calls } = await server.commandStats();
    expect(calls).toEqual({
      'config|resetstat': 1,
      evalsha: 1,
      time: 1,
      get: 1,
      hmget: 2,
      pexpire: 1,
      hset: 1,
    });
  });

  it('cost a standby one script for 500 of them, and five commands in it, whoever holds them', async () => {
    const holders = ['a', 'b', 'c', 'd'];
    for (const [i, holder] of holders.entries())
      await store.acquire(
        Array.from({ length: 100 }, (_, n) => ({ key: shard(4 * n + i, 400), holder, ttl, tokenFloor: 0 })),
      );
    const keys = Array.from({ length: 400 }, (_, index) => shard(index, 400));
    const tryAll = () => store.acquire(keys.map((key) => ({ key, holder: 'z', ttl, tokenFloor: 0 })));
    await tryAll();
    await server.resetCommandStats();
    const replies = await tryAll();
    expect(replies[6]).toEqual({ outcome: 'held', holder: 'c', ttl: expect.any(Number) });
    const { calls } = await server.commandStats();
    expect(calls).toEqual({ 'config|resetstat': 1, evalsha: 1, time: 1, get: 1, hgetall: 1, hmget: 1 });
  });

  it('save all ledger changes of a renewal in one HSET', async () => {
    const leases = await leadAll(100);
    await server.resetCommandStats();
    await renewAll(leases, { start: '1' });
    expect((await server.commandStats()).calls.hset).toBe(2);
    expect(await redis.hlen('{accounts}:ledger')).toBe(100);
  });

  it('are named in few keys of one slot, as documented', async () => {
    await renew(store, await lead(store, shard(5), 'host-1'), { ledger: { start: '1' } });
    expect((await redis.keys('*')).sort()).toEqual(
      ['accounts', SHARDS, SESSIONS, '{accounts}:ledger', '{accounts}:token'].sort(),
    );
    expect(await redis.get('accounts')).toBe('shards/64');
    expect(await redis.ttl('accounts')).toBeGreaterThan(50);
    expect(await redis.hgetall(SHARDS)).toEqual({ 5: expect.stringMatching(/^\d+\|\d+\|host-1$/) });
    expect(await redis.hgetall('{accounts}:ledger')).toEqual({ '5:start': '1' });
  });

  it('are lost with the session of their holder, and another one does not bring them back', async () => {
    const [first, second] = [await lead(store, shard(0), 'a'), await lead(store, shard(1), 'a')];
    const other = await lead(store, shard(2), 'b');
    await redis.hdel(SESSIONS, 'a');
    // The session is there again, for another shard.
    const third = await lead(store, shard(3), 'a');
    const lost = { outcome: 'lost', holder: null };
    expect(await store.renew([first, second, third].map((lease) => ({ ...lease, ttl, ledger: {} })))).toEqual(
      [lost, lost, expect.objectContaining({ outcome: 'renewed' })],
    );
    expect(await store.record({ ...first, field: 'x', value: '1' })).toEqual(lost);
    expect(await store.release({ ...first, ledger: { x: '1' } })).toEqual(lost);
    const taken = await lead(store, shard(0), 'b');
    expect(await renew(store, first)).toEqual({ outcome: 'lost', holder: 'b' });
    expect((await renew(store, other)).outcome).toBe('renewed');
    expectToRise([first.token, second.token, other.token, third.token, taken.token]);
  });

  it('are lost with DEL of the key itself, each to whoever comes first', async () => {
    const leases = await leadAll(4);
    await redis.del('accounts');
    const taken = await lead(store, shard(1, 4), 'b');
    expect(await renewAll(leases)).toEqual([
      { outcome: 'lost', holder: null },
      { outcome: 'lost', holder: 'b' },
      { outcome: 'lost', holder: null },
      { outcome: 'lost', holder: null },
    ]);
    expect((await renew(store, taken)).outcome).toBe('renewed');
  });

  it('are kept from everybody by HSET of one of them, until HDEL', async () => {
    const lease = await lead(store, shard(5), 'a');
    await redis.hset(SHARDS, '5', 'DISABLED');
    expect(await renew(store, lease)).toEqual({ outcome: 'lost', holder: 'DISABLED' });
    expect(await acquire(store, shard(5), 'b')).toEqual({ outcome: 'held', holder: 'DISABLED', ttl: null });
    expect(await acquire(store, shard(6), 'b')).toMatchObject({ outcome: 'acquired' });
    await redis.hdel(SHARDS, '5');
    expectToRise([lease.token, (await lead(store, shard(5), 'b')).token]);
  });

  it('rise in their tokens over lost writes', async () => {
    const lease = await lead(store, shard(5), 'a');
    await redis.flushall();
    const floor = { tokenFloor: lease.token };
    expectToRise([lease.token, (await lead(store, shard(5), 'b', floor)).token]);
  });

  it('do not run ahead of the clock with their tokens, though thousands are acquired at once', async () => {
    const leases = await leadAll(5_000);
    expect(Math.max(...leases.map(({ token }) => token))).toBeLessThan(Date.now() + 50);
  });

  it('of a new count wait for the last one of the old count', async () => {
    const leases = await leadAll(2);
    const wanted = shard(0, 3);
    for (const lease of leases) {
      expect(await acquire(store, wanted, 'b')).toMatchObject({ outcome: 'held', holder: 'shards/2' });
      await store.release({ ...lease, ledger: {} });
    }
    const next = await lead(store, wanted, 'b');
    expectToRise([leases[0]!.token, next.token]);
    expect(await acquire(store, shard(1, 2), 'a')).toMatchObject({ outcome: 'held', holder: 'shards/3' });
  });

  it('do not keep a new count out once the last replica that is there has released them', async () => {
    await lead(store, shard(0, 2), 'killed', { ttl: 1 });
    const lease = await lead(store, shard(1, 2), 'a');
    await store.release({ ...lease, ledger: {} });
    expect(await acquire(store, shard(0, 3), 'b')).toMatchObject({ outcome: 'acquired' });
  });

  it('that their holder does not renew any more end, though it renews others', async () => {
    const [stuck, ...others] = await leadAll(4);
    for (let beat = 0; beat < 6; beat++) {
      await clock.advance(ttl / 3);
      expect(outcomesOf(await renewAll(others))).toEqual(['renewed']);
      if (beat < 3) expect(await acquire(store, stuck!.key, 'b')).toMatchObject({ outcome: 'held' });
    }
    expect(await acquire(store, stuck!.key, 'b')).toMatchObject({ outcome: 'acquired' });
  });

  it('are granted, renewed and released on a Redis that is full', async () => {
    const leases = await leadAll(4);
    await redis.config('SET', 'maxmemory', '1');
    expect(outcomesOf(await renewAll(leases, { x: '1' }))).toEqual(['renewed']);
    expect(await store.release({ ...leases[0]!, ledger: {} })).toEqual({ outcome: 'released' });
    expect(await acquire(store, leases[0]!.key, 'b')).toMatchObject({ outcome: 'acquired' });
  });

  it('heal where somebody put values of other types in their places', async () => {
    await redis.mset(SHARDS, 'x', SESSIONS, 'y', '{accounts}:ledger', 'z');
    const lease = await lead(store, shard(5), 'a');
    expect(await renew(store, lease, { ledger: { x: '1' } })).toMatchObject({ outcome: 'renewed' });
    await redis.set(SESSIONS, 'y');
    expect(await renew(store, lease)).toEqual({ outcome: 'lost', holder: null });
  });

  it('are free to nobody who may not read them', async () => {
    await lead(store, shard(5), 'a');
    await redis.acl('SETUSER', 'blind', 'on', '>secret', '~*', '&*', '+@all', '-hmget');
    const blind = new RedisLeaseStore({
      redis: { port: server.port, username: 'blind', password: 'secret' },
      commandTimeout: 3_000,
    });
    onCleanUp(() => blind.close());
    expect(await acquire(blind, shard(5), 'b')).toMatchObject({ outcome: 'unknown' });
  });
});
