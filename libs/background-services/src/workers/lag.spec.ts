import { afterEach, describe, expect, it } from '@jest/globals';
import type { Untold } from '../events/background-event.js';
import { TestReplica, testWorker } from '../spec-support/replica.js';
import { TestClock } from '../testing/test-clock.js';
import { TestLeaseStore } from '../testing/test-lease-store.js';
import type { ScheduleSpec } from './worker-definition.js';

const HOURS = 3 * 3_600_000;
const SCHEDULES: readonly ScheduleSpec[] = [
  { kind: 'cron', pattern: '*/5 * * * * *', timeZone: 'UTC' },
  { kind: 'interval', every: 5_000 },
];

describe('The lag of an iteration', () => {
  let replica: TestReplica | undefined;
  afterEach(() => replica?.kill());

  it.each(SCHEDULES.flatMap((schedule) => [0, HOURS, -HOURS].map((skew) => ({ ...schedule, skew }))))(
    'is by one clock: $kind, $skew ms ahead',
    async ({ skew, ...schedule }) => {
      const clock = new TestClock();
      const lags: number[] = [];
      const emit = (event: Untold) => {
        if (event.type === 'iteration-finished') lags.push(event.lag);
      };
      replica = new TestReplica('a', {
        ...{ clock, store: new TestLeaseStore(clock), skew, events: { hears: () => true, emit } },
        workers: [testWorker(schedule, () => undefined)],
      }).start();
      await clock.advance(12_000);
      expect(lags.length).toBeGreaterThan(1);
      for (const lag of lags) expect(lag).toBeLessThan(50);
      lags.length = 0;
      // The next tick comes three seconds late.
      clock.stall(6_000);
      await clock.advance(0);
      expect(lags[0]).toBeGreaterThan(2_500);
      expect(lags[0]).toBeLessThan(3_500);
    },
  );
});
