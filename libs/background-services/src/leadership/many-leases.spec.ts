import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { systemClock } from '../lease/index.js';
import { TestClock, TestLeaseStore } from '../testing/index.js';
import type { Duties } from './duties.js';
import { Elections } from './elections.js';
import { limited } from './limited.js';

const TIMING = {
  ttl: 30_000,
  renewInterval: 10_000,
  renewDeadline: 20_000,
  retryInterval: 10_000,
  jitter: 0.2,
};
const LEASES = 1_000;

const duties: Duties = {
  begin: () => undefined,
  drain: () => Promise.resolve([]),
  unsavedEntries: () => ({}),
  markSaved: () => undefined,
};
const logger = {
  debug: () => undefined,
  log: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

describe('Elections of many keys', () => {
  let clock: TestClock;
  let store: TestLeaseStore;
  let sent: { readonly acquire: number[]; readonly renew: number[] };

  beforeEach(() => {
    clock = new TestClock();
    store = new TestLeaseStore(clock);
    sent = { acquire: [], renew: [] };
    const [acquire, renew] = [store.acquire.bind(store), store.renew.bind(store)];
    store.acquire = (requests) => (sent.acquire.push(requests.length), acquire(requests));
    store.renew = (requests) => (sent.renew.push(requests.length), renew(requests));
  });

  function open(leases = LEASES) {
    const elections = new Elections({
      instanceId: 'a',
      store,
      clock,
      random: () => 0.5,
      timing: TIMING,
      drainTimeout: 1_000,
      logger,
    });
    const electors = Array.from({ length: leases }, (_, i) => elections.open(`key ${i}`, duties));
    for (const elector of electors) elector.start();
    return { elections, electors };
  }

  it('elects and renews them in slices, each key once', async () => {
    const { electors } = open();
    await clock.advance(0);
    expect(electors.every(({ isLeader }) => isLeader)).toBe(true);
    expect(sent.acquire).toEqual([250, 250, 250, 250]);
    await clock.advance(TIMING.renewInterval);
    expect(sent.renew).toEqual([250, 250, 250, 250]);
    await clock.advance(10 * TIMING.renewInterval);
    expect(electors.every(({ isLeader }) => isLeader)).toBe(true);
    expect(sent.acquire).toHaveLength(4);
  });

  it('keeps up to 250 keys in one round trip', async () => {
    open(250);
    await clock.advance(0);
    expect(sent.acquire).toEqual([250]);
  });

  it('does not try for a key that was stopped while it waited for its slice', async () => {
    const { electors } = open();
    const acquire = store.acquire.bind(store);
    let stopped: Promise<boolean> | undefined;
    store.acquire = (requests) => {
      stopped ??= electors.at(-1)!.stop();
      return acquire(requests);
    };
    await clock.advance(0);
    expect(await stopped).toBe(true);
    expect(electors.filter(({ isLeader }) => isLeader)).toHaveLength(LEASES - 1);
    expect(sent.acquire).toEqual([250, 250, 250, 249]);
  });

  it('ends all terms at the deadline when the store stops answering, and leads them all again after it', async () => {
    const { electors } = open();
    await clock.advance(0);
    store.freeze();
    await clock.advance(TIMING.renewDeadline + 50);
    expect(electors.some(({ state }) => state.phase === 'leading')).toBe(false);
    store.thaw();
    await clock.advance(TIMING.ttl);
    expect(electors.every(({ isLeader }) => isLeader)).toBe(true);
  });
});

describe('limited', () => {
  it('takes an answer that was there in time although the event loop was too busy to read it', async () => {
    const answer = limited(systemClock, { ...TIMING, ttl: 50 }, () => stat('.'));
    const blockedUntil = performance.now() + 40;
    while (performance.now() < blockedUntil);
    expect((await answer).isDirectory()).toBe(true);
  });

  it('gives up on what is not there', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    const answer = limited(systemClock, TIMING, () => new Promise(() => undefined));
    jest.advanceTimersByTime(TIMING.ttl / 5);
    await expect(answer).rejects.toThrow('did not answer within 6000 ms');
    jest.useRealTimers();
  });
});
