import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLeaseStore } from '../lease/index.js';
import { TestClock } from '../testing/index.js';
import { FleetStatus } from './fleet-status.js';
import type { ReplicaPresence } from './replica-presence.js';

const KEY = 'orders:leader';
const PRESENCE: ReplicaPresence = {
  ...{ id: 'a', host: 'h', pid: 1, version: null, node: '', uptime: 0, eventLoopLag: 0, enabled: true },
  extensions: {},
  troubles: [],
  terms: [{ key: KEY, token: 7, since: 0 }],
  workers: [{ name: 'orders', key: KEY, schedule: '', period: undefined, mode: 'started' }],
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
    const postings = store.board.presences.bind(store.board);
    store.board.presences = () => {
      reads += 1;
      return postings();
    };
    asked = new FleetStatus({ board: store.board, clock, instanceId: 'cli', keys: () => [KEY] });
  });

  const freeze = () => (store.board.presences = () => new Promise(() => undefined));
  const fail = () => (store.board.presences = () => Promise.reject(new Error('gone')));

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

  it('adds no presence of its own where it is asked of no replica', async () => {
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
      presence: () => PRESENCE,
    });
    expect(await own.view()).toMatchObject({
      ...{ current: false, extent: 'self', problem: 'gone' },
      replicas: [{ id: 'a', leads: [KEY] }],
      keys: [{ key: KEY, leader: 'a', token: 7 }],
    });
    await clock.advance(60_000);
    expect((await own.view()).unansweredSince).toEqual(new Date(clock.wall() - 60_000));
  });

  it('tells that as of now, each time it is asked', async () => {
    fail();
    let troubles: ReplicaPresence['troubles'] = [];
    const presence = () => ({ ...PRESENCE, troubles });
    const own = new FleetStatus({ board: store.board, clock, instanceId: 'a', keys: () => [KEY], presence });
    expect(await own.view()).toMatchObject({ current: false, warnings: [] });
    troubles = [{ kind: 'store-fault', message: 'cannot lead: No EVAL', age: 5 }];
    expect(await own.view()).toMatchObject({
      ...{ current: false, problem: 'gone' },
      warnings: [{ kind: 'store-fault', replicas: ['a'], age: 5 }],
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
    const postings = store.board.presences.bind(store.board);
    let answer: () => void = () => undefined;
    store.board.presences = async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return new Map();
    };
    const old = asked.view();
    store.board.presences = postings;
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
      presence: () => PRESENCE,
    });
    expect(await status.view()).toMatchObject({
      ...{ current: false, problem: 'This lease store keeps no board: only this replica is known' },
      replicas: [{ id: 'a' }],
    });
  });
});
