import { describe, expect, it } from '@jest/globals';
import { Durations, WINDOW } from './durations.js';

describe('Durations', () => {
  it.each([0, 1, 7, 8, 9, 16, 17, 63, 64, 65, 99, 100, 101, 250])(
    'knows the last ones, however far its window has grown: %i',
    (count) => {
      const durations = new Durations();
      for (let i = 1; i <= count; i++) durations.add(i, i % 2 === 0 ? 'failure' : 'success');
      const last = Array.from({ length: Math.min(count, WINDOW) }, (_, i) => count - i);
      const sorted = last.toReversed();
      const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      const failures = last.filter((duration) => duration % 2 === 0).length;
      expect(durations.view()).toEqual({
        durations: {
          ...{ count, last: count, max: count, mean: count === 0 ? 0 : (count + 1) / 2 },
          ...{ p50: rank(0.5), p95: rank(0.95) },
        },
        recentErrorRate: count === 0 ? 0 : failures / last.length,
      });
    },
  );
});
