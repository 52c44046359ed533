import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLeaseStore } from '../lease/index.js';
import { TestClock } from '../testing/index.js';
import { FleetStatus } from './fleet-status.js';
import type { ReplicaCard } from './replica-card.js';

const KEY = 'orders:leader';
const CARD: ReplicaCard = {
  ...{ id: 'a', host: 'h', pid: 1, version: null, node: '', uptime: 0, eventLoopLag: 0, enabled: true },
  extensions: {},
  terms: [{ key: KEY, token: 7, since: 0 }],
  workers: [{ name: 'orders', key: KEY, schedule: '', period: null, mode: 'started' }],
};

describe('FleetStatus', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;
  let reads: number;
  let asked: FleetStatus;

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryLeaseStore(clock);
    reads = 0;
    const postings = store.board.postings.bind(store.board);
    store.board.postings = () => {
      reads += 1;
      return postings();
    };
    asked = new FleetStatus({ board: store.board, clock, instanceId: 'cli', keys: () => [KEY] });
  });

  const freeze = () => (store.board.postings = () => new Promise(() => undefined));
  const fail = () => (store.board.postings = () => Promise.reject(new Error('gone')));

  it('reads once for all who ask at about the same time', async () => {
    const views = await Promise.all([asked.view(), asked.view()]);
    await clock.advance(200);
    expect(await asked.view()).toBe(views[0]);
    expect(reads).toBe(1);
    await clock.advance(100);
    expect(await asked.view()).not.toBe(views[0]);
    expect(reads).toBe(2);
  });

  it('reads anew for who acts on it, and for all once something was changed', async () => {
    await asked.view();
    store.set(KEY, 'ghost', 60_000);
    expect((await asked.view()).keys).toMatchObject([{ state: 'leaderless' }]);
    expect((await asked.viewAnew()).keys).toMatchObject([{ state: 'stale' }]);
    expect((await asked.view()).keys).toMatchObject([{ state: 'stale' }]);
    store.delete(KEY);
    asked.forget();
    expect((await asked.view()).keys).toMatchObject([{ state: 'leaderless' }]);
  });

  it('adds no card of its own where it is asked of no replica', async () => {
    expect(await asked.view()).toMatchObject({
      askedOf: 'cli',
      replicas: [],
      workers: [],
      keys: [{ key: KEY }],
    });
    freeze();
    const unread = new FleetStatus({ board: store.board, clock, instanceId: 'cli', keys: () => [KEY] });
    const view = unread.view();
    await clock.advance(1_000);
    expect(await view).toMatchObject({ current: false, replicas: [], keys: [], workers: [] });
  });

  it('tells what it knows of itself before the store has ever answered', async () => {
    fail();
    const own = new FleetStatus({
      board: store.board,
      clock,
      instanceId: 'a',
      keys: () => [KEY],
      card: () => CARD,
    });
    expect(await own.view()).toMatchObject({
      ...{ current: false, problem: 'gone' },
      replicas: [{ id: 'a', leads: [KEY] }],
      keys: [{ key: KEY, leader: 'a', token: 7 }],
    });
  });

  it('answers in time, with what it knew, when the store does not', async () => {
    store.set(KEY, 'ghost', 60_000);
    const known = await asked.view();
    await clock.advance(1_000);
    freeze();
    let state: 'waiting' | 'answered' = 'waiting';
    const view = asked.view().finally(() => (state = 'answered'));
    await clock.advanceUntil(() => state === 'answered', { limit: 999 });
    expect(await view).toEqual({
      ...known,
      current: false,
      problem: 'The store did not answer within 700 ms',
    });
    expect(asked.latest).toEqual(await view);
  });

  it('does not put an older reading in the place of a newer one', async () => {
    const postings = store.board.postings.bind(store.board);
    let answer: () => void = () => undefined;
    store.board.postings = async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return new Map();
    };
    const old = asked.view();
    store.board.postings = postings;
    const newer = await asked.viewAnew();
    answer();
    await old;
    expect(asked.latest).toBe(newer);
  });

  it('says what is missing where the store keeps no board', async () => {
    const status = new FleetStatus({
      board: undefined,
      clock,
      instanceId: 'a',
      keys: () => [KEY],
      card: () => CARD,
    });
    expect(await status.view()).toMatchObject({
      ...{ current: false, problem: 'This lease store keeps no board: only this replica is known' },
      replicas: [{ id: 'a' }],
    });
  });
});
