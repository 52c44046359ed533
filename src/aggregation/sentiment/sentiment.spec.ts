import { describe, expect, it } from '@jest/globals';
import { longShortRatioAt, signalOf } from './sentiment.js';

describe('signalOf', () => {
  it.each([
    ['sells to a crowd of buyers', 2.5, [1, 2, 2.4], 'sell'],
    ['buys from a crowd of sellers', 0.4, [1, 0.6, 0.45], 'buy'],
    ['waits while the crowd is mixed', 1.4, [1, 1.2], 'neutral'],
    ['waits where the crowd is turning already', 2.1, [1, 2.4], 'neutral'],
    ['needs no history', 2, [], 'sell'],
  ])('%s', (_, ratio, history, signal) => expect(signalOf(ratio, history)).toBe(signal));
});

it('longShortRatioAt is the same for every replica, positive, and leans to both sides', () => {
  const ratios = Array.from({ length: 2_000 }, (_, i) => {
    const at = new Date(i * 30_000);
    expect(longShortRatioAt('SPX', at)).toBe(longShortRatioAt('SPX', at));
    return longShortRatioAt('SPX', at);
  });
  expect(Math.min(...ratios)).toBeGreaterThan(0);
  expect(Math.min(...ratios)).toBeLessThan(0.5);
  expect(Math.max(...ratios)).toBeGreaterThan(2);
});
