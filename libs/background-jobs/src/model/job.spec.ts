import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COUNTED, isFinal, ITEM_STATUSES, JOB_STATES, percentageOf } from './job.js';

describe('the percentage', () => {
  const of = (total: number | null, completed = 0, failed = 0, skipped = 0) =>
    percentageOf({ total, completed, failed, skipped });

  it('is 0 before the items are listed, and 100 if there is none', () => {
    expect([of(null), of(0)]).toEqual([0, 100]);
  });

  it('is whole, and 100 only if all is settled', () => {
    expect([of(3, 1), of(3, 1, 1), of(3, 1, 1, 1), of(1_000, 999)]).toEqual([33, 66, 100, 99]);
    const counts = fc
      .integer({ min: 1, max: 1e9 })
      .chain((total) => fc.tuple(fc.constant(total), fc.nat(total)));
    const property = fc.property(counts, ([total, settled]) => {
      const percentage = of(total, settled);
      expect(Number.isInteger(percentage)).toBe(true);
      expect(percentage === 100).toBe(settled === total);
    });
    fc.assert(property);
  });
});

describe('states', () => {
  it('are final, or pending or running', () => {
    expect(JOB_STATES.filter(isFinal)).toEqual(['completed', 'failed', 'cancelled']);
  });

  it('of items are counted, but pending', () => {
    expect(ITEM_STATUSES.filter((status) => !(status in COUNTED))).toEqual(['pending']);
  });
});
