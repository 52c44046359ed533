import { describe, expect, it } from '@jest/globals';
import { showCounts, whereabouts } from './jobs.js';
import type { View } from './wire.js';

const view = (...cards: readonly unknown[]) =>
  ({ replicas: cards.map((jobs, i) => ({ id: `app-${i}`, extensions: { jobs } })) }) as unknown as View;

describe('whereabouts', () => {
  it('tells who runs a job, and how much longer', () => {
    const found = whereabouts(
      view({ jobs: [{ id: 'a', remaining: 5_000 }] }, {}, { jobs: [{ id: 'b', remaining: null }] }),
    );
    expect(Object.fromEntries(found)).toEqual({
      a: { replica: 'app-0', remaining: 5_000 },
      b: { replica: 'app-2', remaining: null },
    });
  });

  it.each([undefined, null, 'x', 7, { jobs: 'x' }, { jobs: [null, 7, {}, { id: 7 }] }])(
    'makes nothing of the card %j',
    (card) => expect(whereabouts(view(card)).size).toBe(0),
  );

  it('makes no time of what is none', () => {
    const found = whereabouts(
      view({
        jobs: [
          { id: 'a', remaining: 'soon' },
          { id: 'b', remaining: -1 },
        ],
      }),
    );
    expect([...found.values()].map(({ remaining }) => remaining)).toEqual([null, 0]);
  });
});

it.each([
  [{ total: null, completed: 0, failed: 0, skipped: 0 }, 'not listed yet'],
  [{ total: 250, completed: 16, failed: 2, skipped: 0 }, '18 of 250, 2 failed'],
  [{ total: 9, completed: 1, failed: 0, skipped: 8 }, '9 of 9, 8 there before'],
])('showCounts(%j) is %j', (counts, text) => expect(showCounts(counts)).toBe(text));
