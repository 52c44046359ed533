import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestClock } from './test-clock.js';
import { TestLeaseStore } from './test-lease-store.js';

const KEY = 'orders';

describe('TestLeaseStore', () => {
  let clock: TestClock;
  let store: TestLeaseStore;

  beforeEach(() => {
    clock = new TestClock();
    store = new TestLeaseStore(clock);
  });

  const acquire = async (holder: string) => {
    const [reply] = await store.acquire([{ key: KEY, holder, ttl: 1_000, tokenFloor: 0 }]);
    return reply;
  };

  const tokenOf = (reply: Awaited<ReturnType<typeof acquire>>) =>
    reply?.outcome === 'acquired' ? reply.token : 0;

  it('keeps leases by the clock of the test', async () => {
    await acquire('a');
    expect(await acquire('b')).toMatchObject({ outcome: 'held', holder: 'a', ttl: 1_000 });
    await clock.advance(1_000);
    expect(await acquire('b')).toMatchObject({ outcome: 'acquired' });
  });

  it('does everything that a lease store does', async () => {
    const token = tokenOf(await acquire('a'));
    const lease = { key: KEY, holder: 'a', token };
    expect(await store.renew([{ ...lease, ttl: 2_000, ledger: { x: '1' } }])).toMatchObject([
      { outcome: 'renewed' },
    ]);
    expect(await store.record({ ...lease, field: 'x', value: '2', expected: '1' })).toEqual({
      outcome: 'recorded',
    });
    expect(await store.inspect([KEY])).toEqual([{ key: KEY, holder: 'a', ttl: 2_000, token }]);
    const released = jest.fn();
    const unwatch = store.watch(released);
    expect(await store.release({ ...lease, ledger: {} })).toEqual({ outcome: 'released' });
    expect(released).toHaveBeenCalledWith({ key: KEY, holder: 'a' });
    unwatch();
    expect(await acquire('b')).toMatchObject({ outcome: 'acquired', ledger: { x: '2' } });
    await store.close();
  });

  it('fails as many commands as it is told to, without running them', async () => {
    store.failNext(2);
    await expect(acquire('a')).rejects.toThrow('The test store failed on request');
    await expect(store.inspect([KEY])).rejects.toThrow();
    expect(await store.inspect([KEY])).toMatchObject([{ holder: null, token: null }]);
  });

  it('fails with the error it is given', async () => {
    const error = new Error('READONLY');
    store.failNext(1, error);
    await expect(acquire('a')).rejects.toBe(error);
  });

  it('forgets what was left to fail when it is told another number', async () => {
    store.failNext(5);
    store.failNext(0);
    expect(await acquire('a')).toMatchObject({ outcome: 'acquired' });
  });

  it('does not answer while it is frozen, does not run what it was asked then, and is well again when thawed', async () => {
    store.freeze();
    const answered = jest.fn();
    void acquire('a').then(answered, answered);
    await clock.advance(60_000);
    store.thaw();
    await clock.advance(60_000);
    expect(answered).not.toHaveBeenCalled();
    expect(await acquire('b')).toMatchObject({ outcome: 'acquired' });
  });

  it('lets a test put a holder on a key, for a time or for ever, and take it away', async () => {
    store.set(KEY, 'DISABLED', 500);
    expect(await acquire('a')).toMatchObject({ outcome: 'held', holder: 'DISABLED', ttl: 500 });
    store.set(KEY, 'DISABLED');
    await clock.advance(24 * 3_600_000);
    expect(await acquire('a')).toMatchObject({ outcome: 'held', ttl: null });
    store.delete(KEY);
    expect(await acquire('a')).toMatchObject({ outcome: 'acquired' });
  });
});
