import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BoardMembers } from '../lease/index.js';
import { TestClock } from '../testing/index.js';
import { keysOf, type MemberCard } from './member-card.js';
import { Membership } from './membership.js';

const SILENT = {
  debug: () => undefined,
  log: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const CARD: MemberCard = {
  ...{ capacity: 1, accepts: true, closed: null, held: 3, version: null },
  ...keysOf(['a']),
};
const TTL = 30_000;

describe('Membership', () => {
  let clock: TestClock;
  let told: number[];
  let announced: number;
  let removed: readonly string[];
  let hint: () => void;
  let answer: () => Promise<ReadonlyMap<string, string>>;
  let read: ReadonlyMap<string, MemberCard>[];

  beforeEach(() => {
    clock = new TestClock();
    told = [];
    announced = 0;
    removed = [];
    read = [];
    answer = () => Promise.resolve(new Map());
  });

  function open(): Membership {
    const members: BoardMembers = {
      put: () => (told.push(clock.monotonic()), answer()),
      remove: async (id) => void (removed = [...removed, id]),
      announce: async () => void announced++,
      watch: (listener) => {
        hint = listener;
        return () => (hint = () => undefined);
      },
    };
    return new Membership({
      ...{ members, clock, random: () => 0.5, instanceId: 'me', ttl: TTL },
      card: () => CARD,
      onRead: (cards) => read.push(cards),
      logger: SILENT,
    });
  }

  async function opened(): Promise<Membership> {
    const membership = open();
    membership.start();
    await clock.advance(0);
    return membership;
  }

  it('tells nothing before it is started, whatever it hears', async () => {
    const membership = open();
    membership.onBeat();
    membership.onChange();
    membership.announce();
    hint();
    await clock.advance(60_000);
    await membership.close();
    expect([told, announced, removed]).toEqual([[], 0, []]);
  });

  it('joins with an announcement, even if a beat has told of it by then', async () => {
    const membership = open();
    membership.start();
    membership.onBeat();
    await clock.advance(0);
    expect([told, announced]).toEqual([[0], 1]);
  });

  it('joins with an announcement', async () => {
    await opened();
    expect([told, announced]).toEqual([[0], 1]);
  });

  it('travels with the beats, not with each, and by itself where there are none', async () => {
    const membership = await opened();
    await clock.advance(TTL / 3);
    membership.onBeat();
    await clock.advance(TTL / 3);
    membership.onBeat();
    expect(told).toEqual([0, (2 * TTL) / 3]);
    await clock.advance(0.75 * TTL);
    expect(told).toEqual([0, 20_000, 42_500]);
  });

  it('looks soon after a hint, and tells of changes together', async () => {
    const membership = await opened();
    hint();
    hint();
    await clock.advance(25);
    expect(told).toEqual([0, 25]);
    membership.onChange();
    membership.onChange();
    await clock.advance(250);
    expect(told).toEqual([0, 25, 275]);
  });

  it('reads the cards that are cards', async () => {
    answer = () =>
      Promise.resolve(
        new Map([
          ['other', JSON.stringify({ form: 1, capacity: 2, closed: 'cordoned', held: 0, keySet: 7 })],
          ['odd', 'no card'],
        ]),
      );
    await opened();
    expect(read).toEqual([new Map([['other', expect.objectContaining({ capacity: 2, accepts: false })]])]);
  });

  it('does not count for longer than the TTL without an answer, and goes on telling', async () => {
    const membership = await opened();
    answer = () => Promise.reject(new Error('down'));
    await clock.advance(TTL - 1);
    expect(membership.isFresh).toBe(true);
    await clock.advance(1);
    expect(membership.isFresh).toBe(false);
    expect(await membership.refresh()).toBe(false);
    answer = () => Promise.resolve(new Map());
    expect(await membership.refresh()).toBe(true);
    expect(membership.isFresh).toBe(true);
  });

  it('takes leave, and tells nothing after it', async () => {
    const membership = await opened();
    await membership.close();
    expect([removed, announced]).toEqual([['me'], 2]);
    membership.onBeat();
    membership.onChange();
    await clock.advance(60_000);
    expect(told).toEqual([0]);
  });
});
