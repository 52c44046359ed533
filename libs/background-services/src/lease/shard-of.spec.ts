import { describe, expect, it } from '@jest/globals';
import { shardOf } from './shard-of.js';

describe('shardOf', () => {
  // Computed with Python, from the description alone. They are published in docs/shards.md: no version may answer otherwise.
  it.each([
    ['', 11, 8_923],
    ['a', 51, 1_715],
    ['account-1', 12, 7_580],
    ['account-2', 32, 8_016],
    ['42', 61, 6_589],
    ['AAPL', 58, 9_962],
    ['Zürich', 23, 8_631],
    ['漢字', 53, 7_541],
    ['😀', 10, 7_642],
    ['550e8400-e29b-41d4-a716-446655440000', 29, 4_893],
  ])('puts %j into shard %i of 64, and %i of 10,000', (id, of64, of10000) => {
    expect([shardOf(id, 64), shardOf(id, 10_000)]).toEqual([of64, of10000]);
  });

  it('takes a number for the text that it prints as', () => {
    expect([shardOf(42, 64), shardOf(42n, 64)]).toEqual([61, 61]);
  });

  it('deals ids out evenly, those that follow each other too', () => {
    const counts = Array.from({ length: 64 }, () => 0);
    for (let id = 0; id < 64_000; id++) counts[shardOf(id, 64)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });

  it('leaves an id where it is, or moves it by the old count, when the count is doubled', () => {
    for (let id = 0; id < 1_000; id++) expect(shardOf(id, 128) % 64).toBe(shardOf(id, 64));
  });

  it.each([0, -1, 1.5, NaN, '64'])('refuses %p shards', (count) => {
    expect(() => shardOf('a', count as number)).toThrow(RangeError);
  });
});
