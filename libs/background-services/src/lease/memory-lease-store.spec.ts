import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../testing/index.js';
import { MemoryLeaseStore } from './memory-lease-store.js';

const KEY = 'orders';
const TTL = 1_000;

/** What is this adapter's own; what it shares with the others is in the contract suite of the integration tests. */
describe('MemoryLeaseStore', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;

  beforeEach(() => {
    clock = new TestClock(1_700_000_000_000);
    store = new MemoryLeaseStore(clock);
  });

  async function acquire(holder: string, { key = KEY, tokenFloor = 0 } = {}) {
    const [reply] = await store.acquire([{ key, holder, ttl: TTL, tokenFloor }]);
    return reply;
  }

  async function lead(holder: string) {
    const reply = await acquire(holder);
    if (reply?.outcome !== 'acquired') throw new Error(`${holder} did not get the lease`);
    return { key: KEY, holder, token: reply.token };
  }

  it('says that nobody else sees its leases', () => {
    expect(store).toMatchObject({ name: 'memory', shared: false });
  });

  it('expires a lease exactly at the end of its TTL', async () => {
    await lead('a');
    await clock.advance(TTL - 1);
    expect(await acquire('b')).toEqual({ outcome: 'held', holder: 'a', ttl: 1 });
    await clock.advance(1);
    expect(await acquire('b')).toMatchObject({ outcome: 'acquired' });
  });

  it('never says that a live lease has no time left', async () => {
    await lead('a');
    await clock.advance(TTL - 0.25);
    expect(await acquire('b')).toEqual({ outcome: 'held', holder: 'a', ttl: 1 });
  });

  it.each([3_600_000, -3_600_000])(
    'measures a TTL on the monotonic clock: a step of %d ms is no matter',
    async (step) => {
      const lease = await lead('a');
      clock.stepWall(step);
      expect(await acquire('b')).toEqual({ outcome: 'held', holder: 'a', ttl: TTL });
      expect(await store.renew([{ ...lease, ttl: TTL, ledger: {} }])).toEqual([
        { outcome: 'renewed', storeTime: clock.wall() },
      ]);
    },
  );

  it('gives tokens that rise with the wall clock, and go on rising when it is set back', async () => {
    const first = await lead('a');
    expect(first.token).toBe(1_700_000_000_000);
    clock.stepWall(5_000);
    const second = await lead('a');
    expect(second.token).toBe(1_700_000_005_000);
    clock.stepWall(-3_600_000);
    expect((await lead('a')).token).toBe(second.token + 1);
  });

  it('gives whole tokens whatever the clock reads', async () => {
    store = new MemoryLeaseStore(new TestClock(1_700_000_000_000.75));
    expect((await lead('a')).token).toBe(1_700_000_000_000);
  });

  it('plays an operator who puts a holder on a key, for ever or for a while', async () => {
    store.set(KEY, 'DISABLED');
    expect(await acquire('a')).toEqual({ outcome: 'held', holder: 'DISABLED', ttl: null });
    expect(await store.inspect([KEY])).toEqual([{ key: KEY, holder: 'DISABLED', ttl: null, token: null }]);

    store.set(KEY, 'DISABLED', 500);
    await clock.advance(500);
    expect(await acquire('a')).toMatchObject({ outcome: 'acquired' });
  });

  it('plays an operator who deletes a key: the holder has lost it, and nobody is told', async () => {
    const lease = await lead('a');
    const heard: unknown[] = [];
    store.watch((release) => heard.push(release));
    store.delete(KEY);
    store.delete('never-used');
    expect(await store.renew([{ ...lease, ttl: TTL, ledger: {} }])).toEqual([
      { outcome: 'lost', holder: null },
    ]);
    expect(heard).toEqual([]);
  });

  it('lets several replicas share it', async () => {
    const lease = await lead('a');
    const heard: unknown[] = [];
    store.watch((release) => heard.push(release));
    await store.release({ ...lease, ledger: {} });
    expect(heard).toEqual([{ key: KEY, holder: 'a' }]);
    expect(await acquire('b')).toMatchObject({ outcome: 'acquired' });
  });

  it('keeps a lease for an heir exactly as long as it is told to', async () => {
    const lease = await lead('a');
    const heard: unknown[] = [];
    store.watch((release) => heard.push(release));
    await store.release({ ...lease, heir: { holder: 'b', ttl: 500 }, ledger: {} });
    expect(heard).toEqual([{ key: KEY, holder: 'a', heir: 'b' }]);
    await clock.advance(499);
    expect(await acquire('c')).toEqual({ outcome: 'held', holder: 'b', ttl: 1 });
    await clock.advance(1);
    expect(await acquire('c')).toMatchObject({ outcome: 'acquired' });
  });

  it('gives the lease to an heir that asks for it, for its whole TTL and under a new token', async () => {
    const lease = await lead('a');
    await store.release({ ...lease, heir: { holder: 'b', ttl: 500 }, ledger: {} });
    expect((await lead('b')).token).toBe(lease.token + 1);
    await clock.advance(TTL - 1);
    expect(await acquire('c')).toEqual({ outcome: 'held', holder: 'b', ttl: 1 });
  });

  it('frees a key with the last shard that is kept for an heir, at the very time', async () => {
    const reply = await acquire('a', { key: 'orders#0/2' });
    if (reply?.outcome !== 'acquired') throw new Error('not acquired');
    const lease = { key: 'orders#0/2', holder: 'a', token: reply.token };
    await store.release({ ...lease, heir: { holder: 'b', ttl: 500 }, ledger: {} });
    await clock.advance(499);
    expect(await acquire('c')).toEqual({ outcome: 'held', holder: 'shards/2', ttl: 1 });
    await clock.advance(1);
    expect(await acquire('c')).toMatchObject({ outcome: 'acquired' });
  });

  it('hands ledgers out as copies', async () => {
    const lease = await lead('a');
    await store.record({ ...lease, field: 'start', value: '1' });
    const reply = await acquire('a');
    if (reply?.outcome === 'acquired') Object.assign(reply.ledger, { start: 'changed', more: 'added' });
    expect(await acquire('a')).toMatchObject({ ledger: { start: '1' } });
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'takes %s for a key and a field like any other',
    async (name) => {
      const reply = await acquire('a', { key: name });
      if (reply?.outcome !== 'acquired') throw new Error('not acquired');
      const lease = { key: name, holder: 'a', token: reply.token };
      expect(reply.ledger).toEqual({});
      await store.record({ ...lease, field: name, value: 'x' });
      const again = await acquire('a', { key: name });
      expect(again?.outcome === 'acquired' && Object.entries(again.ledger)).toEqual([[name, 'x']]);
    },
  );

  it('keeps its leases when one of the apps that share it closes it', async () => {
    await lead('a');
    await store.close();
    expect(await acquire('b')).toMatchObject({ outcome: 'held', holder: 'a' });
  });
});
