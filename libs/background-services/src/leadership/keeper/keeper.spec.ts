import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { instant } from '../../lease/index.js';
import { TestClock, TestLeaseStore } from '../../testing/index.js';
import { Keeper } from './keeper.js';
import { SharedLease } from './shared-lease.js';

const TIMING = {
  ttl: 30_000,
  renewInterval: 10_000,
  renewDeadline: 20_000,
  retryInterval: 10_000,
  jitter: 0.2,
};
const STALL_LIMIT = 60_000;
const KEY = 'orders';

describe('Keeper', () => {
  let clock: TestClock;
  let store: TestLeaseStore;
  let renew: jest.SpiedFunction<TestLeaseStore['renew']>;
  let keeper: Keeper;
  let pulse: () => number;

  beforeEach(() => {
    clock = new TestClock();
    store = new TestLeaseStore(clock);
    renew = jest.spyOn(store, 'renew');
    pulse = () => clock.monotonic();
    keeper = new Keeper({ store, clock, timing: TIMING, stallLimit: STALL_LIMIT, lastPulse: () => pulse() });
  });

  /** A lease that was won just now, as the event loop hands it over. */
  async function won(key = KEY) {
    const sentAt = instant(clock);
    const [reply] = await store.acquire([{ key, holder: 'a', ttl: TIMING.ttl, tokenFloor: 0 }]);
    if (reply?.outcome !== 'acquired') throw new Error('The lease was not granted');
    const shared = SharedLease.since(sentAt);
    keeper.keep({ key, holder: 'a', token: reply.token }, shared);
    return { shared, token: reply.token };
  }

  const holder = async () => (await store.inspect([KEY]))[0]?.holder;

  it('sends nothing while the event loop renews', async () => {
    const { shared } = await won();
    for (let beat = 0; beat < 20; beat++) {
      await clock.advance(TIMING.renewInterval);
      shared.confirm(instant(clock));
    }
    expect(renew).not.toHaveBeenCalled();
  });

  it('keeps the lease while the event loop does not, and says when', async () => {
    const { shared } = await won();
    await clock.advance(5 * TIMING.ttl);
    expect(await holder()).toBe('a');
    expect(clock.monotonic() - shared.confirmed.monotonic).toBeLessThan(TIMING.renewDeadline);
    expect(renew.mock.calls.length).toBeLessThanOrEqual(1 + (5 * TIMING.ttl) / TIMING.renewInterval);
  });

  it('renews many leases in one round trip', async () => {
    for (let i = 0; i < 50; i++) await won(`key-${i}`);
    await clock.advance(13_000);
    expect(renew.mock.calls.map(([requests]) => requests.length)).toEqual([50]);
  });

  it('leaves the lease to expire once the event loop was silent for the stall limit', async () => {
    await won();
    pulse = () => 0;
    await clock.advance(STALL_LIMIT + TIMING.ttl + 1);
    expect(await holder()).toBeNull();
    await clock.advance(10 * TIMING.ttl);
    expect(await holder()).toBeNull();
  });

  it('goes on if the event loop answers before the deadline after all', async () => {
    const { shared } = await won();
    pulse = () => 0;
    await clock.advance(STALL_LIMIT + 5_000);
    pulse = () => clock.monotonic();
    await clock.advance(3 * TIMING.ttl);
    expect(clock.monotonic() - shared.confirmed.monotonic).toBeLessThan(TIMING.renewDeadline);
    expect(await holder()).toBe('a');
  });

  it('says that a lease is lost, and does not ask again', async () => {
    const { shared } = await won();
    store.set(KEY, 'b', 60_000);
    await clock.advance(2 * TIMING.ttl);
    expect(shared.isLost).toBe(true);
    expect(renew).toHaveBeenCalledTimes(1);
  });

  it('does not renew what was dropped', async () => {
    const { shared } = await won();
    shared.drop();
    await clock.advance(2 * TIMING.ttl);
    expect(renew).not.toHaveBeenCalled();
  });

  it('tries again while the store fails, until the deadline and no longer', async () => {
    const { shared } = await won();
    store.failNext(1_000);
    await clock.advance(2 * TIMING.ttl);
    const tries = renew.mock.calls.length;
    expect(tries).toBeGreaterThan(2);
    expect(shared.confirmed.monotonic).toBe(0);
    await clock.advance(2 * TIMING.ttl);
    expect(renew.mock.calls.length).toBe(tries);
  });

  it('tries again after what is no answer', async () => {
    const { shared } = await won();
    renew.mockResolvedValueOnce(undefined as never).mockResolvedValueOnce([null] as never);
    await clock.advance(2 * TIMING.ttl);
    expect(renew.mock.calls.length).toBeGreaterThan(2);
    expect(await holder()).toBe('a');
    expect(shared.isKept).toBe(true);
  });

  it('does not bring a lease back with a reply that comes after the deadline', async () => {
    const { shared } = await won();
    renew.mockImplementation(async (requests) => {
      const replies = await TestLeaseStore.prototype.renew.call(store, requests);
      clock.stall(TIMING.renewDeadline);
      return replies;
    });
    await clock.advance(2 * TIMING.ttl);
    expect(shared.confirmed.monotonic).toBe(0);
  });

  it('counts a step of the wall clock as time that has passed', async () => {
    await won();
    clock.stepWall(TIMING.renewDeadline + 1);
    await clock.advance(2 * TIMING.ttl);
    expect(renew).not.toHaveBeenCalled();
  });

  it('forgets the old term of a key for the new one', async () => {
    const { shared: old } = await won();
    const { token } = await won();
    await clock.advance(13_000);
    expect(renew.mock.calls.map(([[request]]) => request?.token)).toEqual([token]);
    expect(old.isLost).toBe(false);
  });
});
