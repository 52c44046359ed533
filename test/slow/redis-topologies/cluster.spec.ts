import { afterEach, describe, expect, it } from '@jest/globals';
import { RedisLeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { lead, renew } from '../../support/leases.js';
import { RedisCluster } from '../../support/redis-cluster.js';
import { until } from '../../support/until.js';
import { staleStarts, startReplica, type Starts } from './replica.js';

afterEach(cleanUpAll);

/** Keys all over the slots. */
const KEYS = Array.from({ length: 30 }, (_, i) => `worker-${i}:leader`);

/** Between two starts of a key's worker, ms. */
function longestPause(starts: Starts, key: string): number {
  const times = starts.filter((start) => start.key === key).map(({ at }) => at);
  return Math.max(...times.slice(1).map((at, i) => at - times[i]!));
}

/** How many keys each replica leads, by the last start of each. */
function ledBy(starts: Starts): ReadonlyMap<string, number> {
  const leaders = new Map(starts.map(({ key, replica }) => [key, replica]));
  const counts = new Map<string, number>();
  for (const replica of leaders.values()) counts.set(replica, (counts.get(replica) ?? 0) + 1);
  return counts;
}

describe('On a Cluster', () => {
  it('leases of all slots are granted, renewed, recorded, inspected, released and heard of', async () => {
    const cluster = await RedisCluster.start();
    const [store, other] = [0, 1].map(() => {
      const opened = new RedisLeaseStore({ redis: cluster.client(), commandTimeout: 2_000 });
      onCleanUp(() => opened.close());
      return opened;
    }) as [RedisLeaseStore, RedisLeaseStore];
    const heard = new Set<string>();
    other.watch(({ key }) => heard.add(key));
    const leases = await Promise.all(KEYS.map((key) => lead(store, key, 'a')));
    expect(new Set(await Promise.all(KEYS.map((key) => cluster.masterOf(key)))).size).toBe(3);
    const renewed = await store.renew(leases.map((lease) => ({ ...lease, ttl: 60_000, ledger: { x: '1' } })));
    expect(new Set(renewed.map(({ outcome }) => outcome))).toEqual(new Set(['renewed']));
    const recorded = await Promise.all(
      leases.map((lease) => store.record({ ...lease, field: 'x', value: '2', expected: '1' })),
    );
    expect(recorded).toEqual(KEYS.map(() => ({ outcome: 'recorded' })));
    expect((await other.inspect(KEYS)).map(({ holder, token }) => ({ holder, token }))).toEqual(
      leases.map(({ token }) => ({ holder: 'a', token })),
    );
    // A subscription takes its time; the first release that is heard of shows that it is there.
    await until(
      async () => {
        const probe = await lead(store, 'probe:leader', 'a');
        await store.release({ ...probe, ledger: {} });
        return heard.has('probe:leader');
      },
      { what: 'the other replica to listen' },
    );
    await store.board.members!.put('a', 'text', 60_000);
    expect((await other.board.members!.put('b', '', 60_000)).get('a')).toBe('text');
    for (const lease of leases) await store.release({ ...lease, ledger: {} });
    await until(() => KEYS.every((key) => heard.has(key)), { what: 'all releases to be heard of' });
    const again = await Promise.all(KEYS.map((key) => lead(other, key, 'b')));
    expect(again.every(({ token }, i) => token > leases[i]!.token)).toBe(true);
  }, 60_000);

  it('shards of a key are kept in its one slot, and those of many keys all over', async () => {
    const cluster = await RedisCluster.start();
    const store = new RedisLeaseStore({ redis: cluster.client(), commandTimeout: 2_000 });
    onCleanUp(() => store.close());
    const keys = KEYS.flatMap((key) => Array.from({ length: 100 }, (_, index) => `${key}#${index}/100`));
    const ask = { holder: 'a', ttl: 60_000 };
    const replies = await store.acquire(keys.map((key) => ({ ...ask, key, tokenFloor: 0, fields: ['x'] })));
    const leases = replies.map((reply, i) => {
      if (reply.outcome !== 'acquired') throw new Error(`${keys[i]}: ${JSON.stringify(reply)}`);
      return { ...ask, key: keys[i]!, token: reply.token };
    });
    const renewed = await store.renew(leases.map((lease) => ({ ...lease, ledger: { x: '1' } })));
    expect(new Set(renewed.map(({ outcome }) => outcome))).toEqual(new Set(['renewed']));
    expect(await store.board.look([{ key: keys[7]!, fields: ['x'] }])).toMatchObject([
      { holder: 'a', token: leases[7]!.token, ledger: { x: '1' } },
    ]);
    await cluster.moveSlotOf(KEYS[0]!);
    const again = await store.renew(leases.slice(0, 100).map((lease) => ({ ...lease, ledger: {} })));
    expect(new Set(again.map(({ outcome }) => outcome))).toEqual(new Set(['renewed']));
    const released = await Promise.all(leases.map((lease) => store.release({ ...lease, ledger: {} })));
    expect(new Set(released.map(({ outcome }) => outcome))).toEqual(new Set(['released']));
    const [whole] = await store.acquire([{ ...ask, key: KEYS[3]!, tokenFloor: 0 }]);
    expect(whole).toMatchObject({ outcome: 'acquired' });
  }, 60_000);

  it('a slot that moves takes its leases along', async () => {
    const cluster = await RedisCluster.start();
    const store = new RedisLeaseStore({ redis: cluster.client(), commandTimeout: 2_000 });
    onCleanUp(() => store.close());
    const lease = await lead(store, KEYS[0]!, 'a');
    await cluster.moveSlotOf(KEYS[0]!);
    expect((await renew(store, lease)).outcome).toBe('renewed');
  }, 60_000);

  it('the leases of a master that crashes go on, under a larger token where they changed hands, and the others never stop', async () => {
    const cluster = await RedisCluster.start();
    const starts: Starts = [];
    for (const name of ['a', 'b'])
      await startReplica(name, { redis: cluster.client(), lease: { ttl: 10_000 } }, starts, KEYS);
    const workers = (since: number) => new Set(starts.filter(({ at }) => at > since).map(({ key }) => key));
    // Once each replica leads its share, nothing moves any more.
    await until(() => [...ledBy(starts).values()].join() === '15,15' && workers(0).size === KEYS.length, {
      what: 'all workers to run, spread over both replicas',
      timeout: 20_000,
    });
    const victim = cluster.masters[0]!;
    const masters = await Promise.all(KEYS.map((key) => cluster.masterOf(key)));
    const isHit = (key: string) => masters[KEYS.indexOf(key)] === victim;
    const unhitTokens = new Set(starts.filter(({ key }) => !isHit(key)).map(({ token }) => token));
    await victim.crash();
    const crashedAt = performance.now();
    await until(() => workers(crashedAt + 5_000).size === KEYS.length, {
      what: 'all workers to run again',
      timeout: 60_000,
    });
    const pauses = KEYS.filter(isHit).map((key) => longestPause(starts, key));
    console.log(`the leases of the crashed master paused for up to ${Math.max(...pauses).toFixed(0)} ms`);
    expect(staleStarts(starts)).toEqual([]);
    expect(
      starts.filter(({ key, token, at }) => !isHit(key) && at > crashedAt && !unhitTokens.has(token)),
    ).toEqual([]);
  }, 120_000);
});
