import { describe, expect, it } from '@jest/globals';
import { sortInSteps } from './sort-in-steps.js';

describe('sortInSteps', () => {
  it.each([0, 1, 999, 1_000, 1_001, 10_007])('sorts %i items, and leaves equal ones in order', (size) => {
    const items = Array.from({ length: size }, (_, i) => ({ text: `${(i * 7_919) % 1_013}`, place: i }));
    const steps = sortInSteps(items, ({ text }) => text);
    let turns = 0;
    let next = steps.next();
    for (; !next.done; next = steps.next()) turns += 1;
    const expected = [...items].sort((a, b) =>
      a.text < b.text ? -1 : a.text > b.text ? 1 : a.place - b.place,
    );
    expect(next.value).toEqual(expected);
    expect(turns > 0).toBe(size > 1_000);
  });
});
