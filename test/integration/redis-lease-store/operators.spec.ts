import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisLeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { acquire, expectToRise, lead, renew } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';

const KEY = 'orders:leader';
const TOKEN_KEY = '{orders:leader}:token';
const LEDGER_KEY = '{orders:leader}:ledger';

describe('RedisLeaseStore, seen and handled with redis-cli', () => {
  let redis: Redis;
  let store: RedisLeaseStore;

  beforeEach(async () => {
    const server = await RedisServer.start();
    redis = new Redis(server.url);
    store = new RedisLeaseStore({ redis: server.url, commandTimeout: 3_000 });
    onCleanUp(async () => {
      await store.close();
      redis.disconnect();
    });
  });
  afterEach(cleanUpAll);

  describe('GET, TTL and DEL', () => {
    it('show the instance id and the time left, and free the lease', async () => {
      const lease = await lead(store, KEY, 'host-1-abcd');
      expect(await redis.get(KEY)).toBe('host-1-abcd');
      expect(await redis.ttl(KEY)).toBeGreaterThan(50);
      await redis.del(KEY);
      expect(await renew(store, lease)).toEqual({ outcome: 'lost', holder: null });
      expect(await acquire(store, KEY, 'host-2')).toMatchObject({ outcome: 'acquired' });
    });

    it('find the token and the ledger beside the lease, where they never expire', async () => {
      const lease = await lead(store, KEY, 'a');
      await renew(store, lease, { ledger: { 'start:prices': '1' } });
      expect(await redis.keys('*')).toEqual(expect.arrayContaining([KEY, TOKEN_KEY, LEDGER_KEY]));
      expect(await redis.dbsize()).toBe(3);
      expect(await redis.get(TOKEN_KEY)).toBe(String(lease.token));
      expect(await redis.hgetall(LEDGER_KEY)).toEqual({ 'start:prices': '1' });
      expect([await redis.pttl(TOKEN_KEY), await redis.pttl(LEDGER_KEY)]).toEqual([-1, -1]);
    });
  });

  describe('SET key DISABLED EX 60', () => {
    it('keeps everybody out: nothing that a replica does overwrites, prolongs or removes it', async () => {
      const lease = await lead(store, KEY, 'a');
      await redis.set(KEY, 'DISABLED', 'EX', 60);

      const lost = { outcome: 'lost', holder: 'DISABLED' };
      expect(await renew(store, lease, { ledger: { x: '1' } })).toEqual(lost);
      expect(await store.record({ ...lease, field: 'x', value: '1' })).toEqual(lost);
      expect(await store.release({ ...lease, ledger: { x: '1' } })).toEqual(lost);
      for (const holder of ['a', 'b'])
        expect(await acquire(store, KEY, holder)).toMatchObject({ outcome: 'held', holder: 'DISABLED' });

      expect(await redis.get(KEY)).toBe('DISABLED');
      expect(await redis.pttl(KEY)).toBeLessThanOrEqual(60_000);
      expect(await redis.get(TOKEN_KEY)).toBe(String(lease.token));
      expect(await redis.exists(LEDGER_KEY)).toBe(0);
    });
  });

  describe('a lease without a TTL', () => {
    it('gets one back at the next renewal, if it is still its holder’s', async () => {
      const lease = await lead(store, KEY, 'a');
      await redis.persist(KEY);
      expect(await acquire(store, KEY, 'b')).toEqual({ outcome: 'held', holder: 'a', ttl: null });
      expect(await renew(store, lease)).toMatchObject({ outcome: 'renewed' });
      expect(await redis.pttl(KEY)).toBeGreaterThan(0);
    });

    it('is held for ever by whoever else is in it, be that nobody by name', async () => {
      await redis.set(KEY, '');
      expect(await acquire(store, KEY, 'a')).toEqual({ outcome: 'held', holder: '', ttl: null });
    });
  });

  describe('a key of another type in the place of', () => {
    it('the lease: it is held, by what no replica overwrites, and other keys go on', async () => {
      const lease = await lead(store, KEY, 'a');
      await redis.del(KEY);
      await redis.rpush(KEY, 'queue');
      const held = { outcome: 'held', holder: '(not a string)', ttl: null };
      const requests = ['before', KEY, 'after'].map((key) => ({
        key,
        holder: 'a',
        ttl: 10_000,
        tokenFloor: 0,
      }));
      expect(await store.acquire(requests)).toMatchObject([
        { outcome: 'acquired' },
        held,
        { outcome: 'acquired' },
      ]);
      expect(await renew(store, lease)).toMatchObject({ outcome: 'lost' });
      expect(await store.release({ ...lease, ledger: {} })).toMatchObject({ outcome: 'lost' });
      expect(await store.record({ ...lease, field: 'x', value: '1' })).toMatchObject({ outcome: 'lost' });
      expect(await store.inspect([KEY])).toMatchObject([{ holder: '(not a string)', token: lease.token }]);
      expect(await redis.lrange(KEY, 0, -1)).toEqual(['queue']);
    });

    it('the token: its holder has lost it, and the next token is right again', async () => {
      const lease = await lead(store, KEY, 'a');
      await redis.del(TOKEN_KEY);
      await redis.hset(TOKEN_KEY, 'a', '1');
      const lost = { outcome: 'lost', holder: 'a' };
      expect(await renew(store, lease)).toEqual(lost);
      expect(await store.record({ ...lease, field: 'x', value: '1' })).toEqual(lost);
      expect(await store.release({ ...lease, ledger: {} })).toEqual(lost);
      expect(await store.inspect([KEY])).toMatchObject([{ holder: 'a', token: null }]);
      const next = await lead(store, KEY, 'a');
      expectToRise([lease.token, next.token]);
      expect(await renew(store, next)).toMatchObject({ outcome: 'renewed' });
    });

    it('the ledger: leading goes on, and the ledger begins anew', async () => {
      const lease = await lead(store, KEY, 'a');
      const spoil = () => redis.set(LEDGER_KEY, 'not a hash');

      await spoil();
      expect(await renew(store, lease, { ledger: { x: '1' } })).toMatchObject({ outcome: 'renewed' });
      expect(await store.record({ ...lease, field: 'x', value: '2', expected: '1' })).toEqual({
        outcome: 'conflict',
        current: null,
      });
      await spoil();
      expect(await store.record({ ...lease, field: 'x', value: '2', expected: null })).toEqual({
        outcome: 'recorded',
      });
      expect(await redis.hgetall(LEDGER_KEY)).toEqual({ x: '2' });
      await spoil();
      expect(await store.release({ ...lease, ledger: { x: '3' } })).toEqual({ outcome: 'released' });
      expect(await acquire(store, KEY, 'b')).toMatchObject({ outcome: 'acquired', ledger: {} });
    });
  });

  describe('a token key that reads', () => {
    it.each([
      'abc',
      '',
      '-5',
      '1.5',
      ' 12',
      '1e300',
      '0x7fffffffffffffff',
      'nan',
      'inf',
      '8640000000000000',
      '9007199254740990',
      '9007199254740991',
      '99999999999999999999999',
    ])('%j counts for nothing', async (value) => {
      const first = await lead(store, KEY, 'a');
      await redis.set(TOKEN_KEY, value);
      const second = await lead(store, KEY, 'a', { tokenFloor: first.token });
      const third = await lead(store, KEY, 'a');
      expectToRise([first.token, second.token, third.token]);
      expect(third.token).toBeLessThan(first.token + 60_000);
      expect(await renew(store, third)).toMatchObject({ outcome: 'renewed' });
    });

    it('an hour ahead of the clock is believed: a clock may have been set back', async () => {
      const ahead = Date.now() + 3_600_000;
      await redis.set(TOKEN_KEY, ahead);
      expect((await lead(store, KEY, 'a')).token).toBe(ahead + 1);
    });
  });

  describe('SCRIPT FLUSH', () => {
    it('is not noticed, whichever command comes next', async () => {
      const lease = await lead(store, KEY, 'a');
      const flush = () => redis.script('FLUSH');
      await flush();
      expect(await renew(store, lease)).toMatchObject({ outcome: 'renewed' });
      await flush();
      expect(await store.record({ ...lease, field: 'x', value: '1' })).toEqual({ outcome: 'recorded' });
      await flush();
      expect(await store.release({ ...lease, ledger: {} })).toEqual({ outcome: 'released' });
      await flush();
      const requests = Array.from({ length: 1_000 }, (_, i) => ({
        ...{ key: `k${i}`, holder: 'a', ttl: 10_000, tokenFloor: 0 },
      }));
      const outcomes = (await store.acquire(requests)).map(({ outcome }) => outcome);
      expect(new Set(outcomes)).toEqual(new Set(['acquired']));
    });
  });

  describe('a Redis that is full', () => {
    it('elects, renews, records and releases all the same, and no ledger is lost', async () => {
      const lease = await lead(store, KEY, 'a');
      await redis.config('SET', 'maxmemory', '1');
      expect(await renew(store, lease, { ledger: { x: '1' } })).toMatchObject({ outcome: 'renewed' });
      expect(await store.record({ ...lease, field: 'y', value: '2' })).toEqual({ outcome: 'recorded' });
      expect(await acquire(store, 'another', 'a')).toMatchObject({ outcome: 'acquired' });
      expect(await store.release({ ...lease, ledger: { z: '3' } })).toEqual({ outcome: 'released' });
      const successor = await acquire(store, KEY, 'b');
      expect(successor).toMatchObject({ outcome: 'acquired', ledger: { x: '1', y: '2', z: '3' } });
      expectToRise([lease.token, successor.outcome === 'acquired' ? successor.token : NaN]);
    });
  });
});
