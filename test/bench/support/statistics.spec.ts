import { describe, expect, it } from '@jest/globals';
import { median, percentile } from './statistics.js';

const oneTo = (last: number) => Array.from({ length: last }, (_, i) => last - i);

describe('percentile', () => {
  it('is a value that was measured: the smallest that the share of all does not exceed', () => {
    expect(percentile(oneTo(200), 0.99)).toBe(198);
    expect(percentile(oneTo(100), 0.99)).toBe(99);
    expect(percentile(oneTo(10), 0.99)).toBe(10);
    expect(percentile([7], 0)).toBe(7);
    expect(percentile(oneTo(4), 1)).toBe(4);
  });

  it('compares numbers, not texts', () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  it('of nothing is no number, which meets no goal', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});
