import { beforeEach, describe, expect, it } from '@jest/globals';
import { OwnShards } from './own-shards.js';

const TTL = 30_000;

describe('OwnShards', () => {
  let now: number;
  let own: OwnShards;

  beforeEach(() => {
    now = 0;
    own = new OwnShards(() => now);
    own.acquiring('a', [1, 2, 3]);
  });

  /** Renewals of some, every 10 s. @returns those that were given up, and after how many beats */
  function beats(count: number, indexes: readonly number[]): readonly string[] {
    const ended: string[] = [];
    for (let beat = 1; beat <= count; beat++) {
      now += TTL / 3;
      const overdue = own.renewing('a', indexes, TTL);
      own.gone('a', overdue);
      ended.push(...overdue.map((index) => `${index} after ${beat}`));
    }
    return ended;
  }

  it('gives up what is not renewed for a TTL, and nothing else', () => {
    expect(beats(20, [1, 3])).toEqual(['2 after 6']);
  });

  it('gives nothing up because the process was paused', () => {
    beats(3, [1, 2, 3]);
    now += 10 * TTL;
    expect(own.renewing('a', [1], TTL)).toEqual([]);
    expect(own.renewing('a', [2, 3], TTL)).toEqual([]);
    expect(beats(10, [1, 2, 3])).toEqual([]);
  });

  it('counts a shard that is asked for again as new', () => {
    beats(5, [1, 3]);
    own.acquiring('a', [2]);
    expect(beats(4, [1, 3])).toEqual([]);
  });

  it('has no opinion of what was not acquired here', () => {
    now += 10 * TTL;
    expect(own.renewing('b', [7], TTL)).toEqual([]);
  });

  it('knows when a holder has none left', () => {
    expect([own.gone('a', [1]), own.gone('a', [2, 3]), own.gone('a', [1])]).toEqual([false, true, true]);
  });
});
