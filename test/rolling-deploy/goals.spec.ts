import { describe, expect, it } from '@jest/globals';
import { describeGoal, judge } from '../support/goal.js';
import { goalsOf, longGaps, type Observed } from './goals.js';
import type { Iteration } from './iterations.js';

const iterations: readonly Iteration[] = [0, 1_000, 2_030].map((startedAt, i) => ({
  worker: 'prices',
  key: 'prices:leader',
  token: i < 2 ? 1 : 2,
  scheduledAt: startedAt,
  startedAt,
  duration: 5,
  replica: i < 2 ? 'A1' : 'B1',
}));

const good: Observed = {
  requests: 1_000,
  failures: [],
  iterations,
  schedules: new Map([
    ['prices', { kind: 'interval', every: 1_000 }],
    ['nightly', { kind: 'cron' }],
  ]),
  replaced: 3,
  slack: 100,
};

const missed = (observed: Partial<Observed>) =>
  goalsOf({ ...good, ...observed })
    .filter((goal) => judge(goal) === 'missed')
    .map(({ name }) => name);

describe('longGaps', () => {
  it('are those that are longer than they may be', () => {
    expect(longGaps(good)).toEqual([]);
    expect(longGaps({ ...good, slack: 10 })).toMatchObject([{ length: 1_030 }]);
  });
});

describe('The goals of a rolling update', () => {
  it('are met by one that nobody noticed', () => {
    expect(goalsOf(good).map(describeGoal)).toEqual([
      'goal replicas replaced: 3 (≥ 3) met',
      'goal HTTP requests: 1000 (≥ 500) met',
      'goal HTTP requests that failed: 0 (≤ 0) met',
      'goal hand-overs of a lease: 1 (≥ 1) met',
      'goal gap of prices (every 1000 ms), p99 of 2: 1030 ms (≤ 1100 ms) met',
      'goal iterations run twice: 0 (≤ 0) met',
    ]);
  });

  it('are missed by a failed request, a gap, a duplicate, or where nothing was tried', () => {
    expect(missed({ failures: ['GET /quotes: ECONNRESET'] })).toEqual(['HTTP requests that failed']);
    const late = [...iterations, { ...iterations[2]!, startedAt: 4_000, scheduledAt: 4_000 }];
    expect(missed({ iterations: late })).toEqual(['gap of prices (every 1000 ms), p99 of 3']);
    const twice = [...iterations, { ...iterations[2]!, startedAt: 2_100, token: 3 }];
    expect(missed({ iterations: twice })).toEqual(['iterations run twice']);
    expect(missed({ requests: 0, iterations: [], replaced: 0 })).toEqual([
      'replicas replaced',
      'HTTP requests',
      'hand-overs of a lease',
    ]);
  });
});
