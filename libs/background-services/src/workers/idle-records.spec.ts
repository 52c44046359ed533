import { afterEach, describe, expect, it } from '@jest/globals';
import { TestReplica, testWorker } from '../spec-support/replica.js';
import { TestClock } from '../testing/test-clock.js';
import { TestLeaseStore } from '../testing/test-lease-store.js';
import type { ScheduleSpec } from './worker-definition.js';
import { recordField } from './worker-record.js';

const HOUR = 3_600_000;
const SCHEDULES: readonly ScheduleSpec[] = [
  { kind: 'interval', every: HOUR },
  { kind: 'cron', pattern: '0 0 * * * *', timeZone: 'UTC' },
];

describe('The record of an idle worker', () => {
  let replica: TestReplica | undefined;
  afterEach(() => replica?.kill());

  it.each(SCHEDULES)('is sent once, though clocks are never quite the same: $kind', async (schedule) => {
    const clock = new TestClock();
    const store = new TestLeaseStore(clock);
    const worker = testWorker(schedule, () => undefined);
    let renewals = 0;
    let records = 0;
    const renew = store.renew.bind(store);
    store.renew = async (requests) => {
      for (const { ledger } of requests) {
        renewals += 1;
        if (recordField(worker.name) in ledger) records += 1;
      }
      // Messages take a little longer or shorter, so the store's time is known a little better or worse.
      const replies = await renew(requests);
      return replies.map((reply) =>
        reply.outcome === 'renewed'
          ? { ...reply, storeTime: reply.storeTime + ((renewals * 7) % 20) - 10 }
          : reply,
      );
    };
    replica = new TestReplica('a', { clock, store, workers: [worker] }).start();
    await clock.advance(HOUR / 2);
    expect(renewals).toBeGreaterThan(100);
    expect(records).toBe(1);
  });
});
