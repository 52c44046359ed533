import { beforeEach, describe, expect, it } from '@jest/globals';
import { DueIndex } from './due-index.js';

describe('DueIndex', () => {
  let due: DueIndex<string>;
  beforeEach(() => {
    due = new DueIndex();
  });

  it('takes what is due by a moment, the earliest first, and what is due together in the order in which it came', () => {
    for (const [item, at] of [
      ['c', 30],
      ['a', 10],
      ['z', 20],
      ['b', 20],
    ] as const)
      due.set(item, at);
    expect(due.earliest).toBe(10);
    expect(due.take(20)).toEqual(['a', 'z', 'b']);
    expect(due.earliest).toBe(30);
  });

  it('forgets the old time of what is due at another one, or not at all', () => {
    due.set('a', 10);
    due.set('b', 20);
    due.set('a', 30);
    due.set('b', undefined);
    expect(due.earliest).toBe(30);
    expect(due.take(Infinity)).toEqual(['a']);
    expect(due.earliest).toBe(Infinity);
  });

  it('gives an item once, though its time was taken back and set again', () => {
    due.set('a', 10);
    due.set('a', undefined);
    due.set('a', 10);
    expect(due.take(10)).toEqual(['a']);
    expect(due.take(10)).toEqual([]);
  });

  it('agrees with a sorted list after many changes', () => {
    const times = new Map<string, number>();
    for (let i = 0; i < 20_000; i += 1) {
      const [item, at] = [`item ${(i * 7) % 100}`, (i * 7_919) % 1_009];
      due.set(item, at);
      times.set(item, at);
    }
    const inOrder = [...times].sort((a, b) => a[1] - b[1]).map(([, at]) => at);
    expect(due.take(Infinity).map((item) => times.get(item))).toEqual(inOrder);
  });
});
