import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../testing/index.js';
import { MemoryLeaseStore } from '../memory-lease-store.js';
import { LAST_WORDS, MOST_PRESENCES } from './fleet-board.js';

/** What holds for every board is in the contract, `test/integration/fleet-board.spec.ts`; here is what needs time to pass. */
describe('MemoryBoard', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryLeaseStore(clock);
  });

  it('keeps a posting for its time, counted anew from each posting', async () => {
    const isUp = async () => (await store.board.presences()).get('a')?.isUp;
    await store.board.putPresence({ id: 'a', text: '', ttl: 1_000 });
    await clock.advance(600);
    await store.board.putPresence({ id: 'a', text: '', ttl: 1_000 });
    await clock.advance(999);
    expect(await isUp()).toBe(true);
    await clock.advance(1);
    expect(await isUp()).toBe(false);
    await clock.advance(LAST_WORDS - 1);
    expect(await isUp()).toBe(false);
    await clock.advance(1);
    expect(await isUp()).toBeUndefined();
  });

  it('counts a member for its time, counted anew each time it says so', async () => {
    const members = store.board.members!;
    const found = async () => [...(await members.put('b', '', 60_000)).keys()];
    await members.put('a', '', 1_000);
    await clock.advance(600);
    await members.put('a', '', 1_000);
    await clock.advance(999);
    expect(await found()).toEqual(['b', 'a']);
    await clock.advance(1);
    expect(await found()).toEqual(['b']);
  });

  it('tells of a bounded number of members, the caller among them', async () => {
    const members = store.board.members!;
    for (let i = 0; i < MOST_PRESENCES; i += 1) await members.put(`${i}`, '', 1_000);
    const found = await members.put('last', 'own', 1_000);
    expect(found.size).toBe(MOST_PRESENCES);
    expect(found.get('last')).toBe('own');
  });

  it('disables a key for its time', async () => {
    const look = async () => (await store.board.look([{ key: 'key', fields: [] }]))[0];
    await store.board.disable('key', 1_000);
    await clock.advance(400);
    expect(await look()).toMatchObject({ holder: 'DISABLED', ttl: 600 });
    await clock.advance(600);
    expect(await look()).toMatchObject({ holder: null, ttl: null });
  });

  it('remembers for an hour who took an order', async () => {
    const { board } = store;
    expect([await board.claimCommand('1'), await board.claimCommand('1')]).toEqual([true, false]);
    await clock.advance(3_600_000);
    expect(await board.claimCommand('1')).toBe(true);
  });

  it('keeps the last two hundred answers', async () => {
    for (let i = 0; i < 201; i += 1) await store.board.answerCommand(`${i}`, 'done');
    expect(await store.board.answerTo('0')).toBeUndefined();
    expect(await store.board.answerTo('1')).toBe('done');
  });
});
