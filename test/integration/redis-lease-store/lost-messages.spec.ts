import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { acquire, expectToRise, lead, renew } from '../../support/leases.js';
import { until } from '../../support/until.js';
import { KEY, LIMIT, listens, startBehindProxy } from './outage.js';

describe('RedisLeaseStore, when the network fails,', () => {
  afterEach(cleanUpAll);

  describe('a reply that is lost after its command ran', () => {
    it('of an acquisition: the next one is granted at once, with a newer token', async () => {
      const { proxy, store, neighbour } = await startBehindProxy();
      const lost = proxy.loseNextReply(/\*4\r\n:1\r\n/);
      expect(await acquire(store, KEY, 'a')).toMatchObject({ outcome: 'unknown' });
      await lost;
      const [view] = await neighbour.inspect([KEY]);
      expect(view).toMatchObject({ holder: 'a' });
      const lease = await until(() => lead(store, KEY, 'a'), { what: 'the lease' });
      expectToRise([view!.token!, lease.token]);
      expect(await renew(store, lease)).toMatchObject({ outcome: 'renewed' });
    });

    it('of a renewal: it counted, and so does its repetition', async () => {
      const { proxy, store, neighbour } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a', { ttl: 10_000 });
      const lost = proxy.loseNextReply(/\*1\r\n:1\r\n/);
      expect(await renew(store, lease, { ledger: { x: '1' } })).toMatchObject({ outcome: 'unknown' });
      await lost;
      expect((await neighbour.inspect([KEY]))[0]?.ttl).toBeGreaterThan(10_000);
      await until(() => renew(store, lease, { ledger: { x: '1' } }), {
        what: 'the repetition',
        satisfies: ({ outcome }) => outcome === 'renewed',
      });
    });

    it('of a record: its repetition succeeds, though the expectation is no longer true', async () => {
      const { proxy, store } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a');
      const write = () => store.record({ ...lease, field: 'slot', value: '1', expected: null });
      const lost = proxy.loseNextReply(/^\*1\r\n:1\r\n$/);
      expect(await write()).toMatchObject({ outcome: 'unknown' });
      await lost;
      const again = await until(write, {
        what: 'an answer',
        satisfies: ({ outcome }) => outcome !== 'unknown',
      });
      expect(again).toEqual({ outcome: 'recorded' });
    });

    it('of a release: the lease is free, and the release was heard', async () => {
      const { server, proxy, store, neighbour } = await startBehindProxy();
      const heard: string[] = [];
      neighbour.watch(({ key }) => heard.push(key));
      await listens(server);
      const lease = await lead(store, KEY, 'a');
      const lost = proxy.loseNextReply(/^\*1\r\n\*1\r\n:1\r\n$/);
      expect(await store.release({ ...lease, ledger: {} })).toMatchObject({ outcome: 'unknown' });
      await lost;
      expect(await acquire(neighbour, KEY, 'b')).toMatchObject({ outcome: 'acquired' });
      await until(() => heard.includes(KEY), { what: 'the release' });
    });
  });

  describe('a connection cut in the middle of a command', () => {
    it('leaves the command undone, and the next one works', async () => {
      const { proxy, store, neighbour } = await startBehindProxy();
      await store.inspect([KEY]);
      const cut = proxy.cutNextRequest(/eval/i);
      expect(await acquire(store, KEY, 'a')).toMatchObject({ outcome: 'unknown' });
      await cut;
      expect(await neighbour.inspect([KEY])).toMatchObject([{ holder: null, token: null }]);
      await until(() => lead(store, KEY, 'a'), { what: 'the lease' });
    });
  });

  describe('a command that arrives long after its sender gave it up', () => {
    it('to acquire: its holder can lead all the same, and has lost the older token', async () => {
      const { proxy, store, neighbour } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a');
      proxy.blackhole('requests');
      expect(await acquire(store, KEY, 'a')).toMatchObject({ outcome: 'unknown' });
      proxy.heal();
      await until(() => neighbour.inspect([KEY]), {
        what: 'the late command',
        satisfies: ([view]) => view!.token! > lease.token,
      });
      const lost = await until(() => renew(store, lease), {
        what: 'an answer',
        satisfies: ({ outcome }) => outcome !== 'unknown',
      });
      expect(lost).toEqual({ outcome: 'lost', holder: 'a' });
      expect(await renew(store, await lead(store, KEY, 'a'))).toMatchObject({ outcome: 'renewed' });
    });

    it('to renew or to release: it does not touch the lease of a later term', async () => {
      const { server, proxy, store, neighbour } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a');
      proxy.blackhole('requests');
      await Promise.all([renew(store, lease), store.release({ ...lease, ledger: { late: '1' } })]);
      const later = await lead(neighbour, KEY, 'a', { ttl: 10_000 });
      await server.resetCommandStats();
      proxy.heal();
      await until(async () => Number((await server.commandStats()).calls['mget']) >= 2, {
        what: 'both late commands',
      });
      const [view] = await neighbour.inspect([KEY]);
      expect(view).toMatchObject({ holder: 'a', token: later.token });
      expect(view!.ttl).toBeLessThanOrEqual(10_000);
      expect(await acquire(neighbour, KEY, 'a')).toMatchObject({ ledger: {} });
    });
  });

  describe('a reply that comes after the time limit', () => {
    it('is not taken for that of the next command', async () => {
      const { proxy, store } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a');
      proxy.delay('replies', 1.5 * LIMIT);
      const [first, second] = await Promise.all([
        renew(store, lease),
        store.record({ ...lease, field: 'x', value: '1' }),
      ]);
      expect([first, second]).toMatchObject([{ outcome: 'unknown' }, { outcome: 'unknown' }]);
      proxy.heal();
      expect(
        await until(() => store.record({ ...lease, field: 'x', value: '2', expected: '0' }), {
          what: 'an answer',
          satisfies: ({ outcome }) => outcome !== 'unknown',
        }),
      ).toEqual({ outcome: 'conflict', current: '1' });
    });
  });
});
