import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { hostile } from '../../../../test/support/guests/hostile.js';
import { TEST_KEY, TestReplica, testWorker } from '../spec-support/replica.js';
import { TestClock, TestLeaseStore } from '../testing/index.js';
import type { ScheduleSpec } from './worker-definition.js';

const LONGEST_LINE = 15_000;

const SCHEDULES: readonly ScheduleSpec[] = [
  { kind: 'interval', every: 1_000 },
  { kind: 'interval', every: 60_000 },
  { kind: 'cron', pattern: '* * * * *', timeZone: 'UTC' },
  { kind: 'continuous', minBackoff: 1_000, maxBackoff: 2_000 },
];

/** What others may have written in the place of a ledger entry. */
const entry = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constantFrom(
    '',
    ' ',
    '-Infinity',
    '0x10',
    'null',
    '{}',
    '[]',
    '{"state":"open"}',
    '{"state":"closed","failures":-1}',
  ),
  fc
    .record({ state: fc.constantFrom('open', 'closed', 'odd'), failures: fc.double(), retryAt: fc.double() })
    .map((snapshot) => JSON.stringify(snapshot)),
  fc
    .record({ pattern: fc.constantFrom('* * * * * UTC', 'x'), through: fc.double(), running: fc.anything() })
    .map((slots) => JSON.stringify(slots)),
);

describe('a worker', () => {
  let lines: string[];
  let rejections: unknown[];
  const note = (reason: unknown) => void rejections.push(reason);

  beforeEach(() => {
    Logger.overrideLogger(false);
    lines = [];
    rejections = [];
    for (const level of ['log', 'warn', 'error'] as const)
      jest.spyOn(Logger.prototype, level).mockImplementation((...texts: unknown[]) => {
        lines.push(texts.map(String).join(' '));
      });
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
    jest.restoreAllMocks();
  });

  it('leads on whatever its ledger holds, and leaves a sound one behind', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...SCHEDULES), entry, async (schedule, text) => {
      const clock = new TestClock(Date.UTC(2026, 10, 22, 12, 0, 30));
      const store = new TestLeaseStore(clock);
      const fields = ['start:worker', 'breaker:worker', 'slot:worker', '__proto__'];
      const [first] = await store.acquire([{ key: TEST_KEY, holder: 'x', ttl: 1_000, tokenFloor: 0 }]);
      const token = first?.outcome === 'acquired' ? first.token : 0;
      const ledger = Object.fromEntries(fields.map((field) => [field, text]));
      await store.release({ key: TEST_KEY, holder: 'x', token, ledger });

      const replica = new TestReplica('a', {
        clock,
        store,
        workers: [testWorker(schedule, () => undefined)],
      });
      replica.start();
      await clock.advance(20_000);
      expect(replica.elector.isLeader).toBe(true);
      const view = replica.worker().circuit;
      expect(Number.isInteger(view.consecutiveFailures)).toBe(true);
      expect(() => view.retryAt?.toISOString()).not.toThrow();
      const stopped = replica.stop();
      await clock.advance(20_000);
      expect(await stopped).toBe(true);
      expect(lines.filter((line) => line.includes('failed'))).toEqual([]);
    });
    await fc.assert(property, { numRuns: 100 });
    expect(rejections).toEqual([]);
  });

  it('contains, counts and logs in short whatever its work throws', async () => {
    const thrown = fc.oneof(
      hostile,
      hostile.map((make) => () => Object.assign(new Error('x'), { message: make() })),
      hostile.map((make) => () => Object.defineProperty(new Error('x'), 'message', { get: make })),
      hostile.map((make) => () => Object.assign(new Error('x'), { stack: make(), constructor: make() })),
      fc.constant(() => new Error('x'.repeat(10_000_000))),
    );
    const how = fc.constantFrom('throws', 'rejects', 'is thenable');
    const property = fc.asyncProperty(thrown, how, async (make, way) => {
      lines = [];
      const clock = new TestClock();
      const store = new TestLeaseStore(clock);
      const run = () => {
        if (way === 'throws') throw make();
        if (way === 'rejects') return Promise.reject(make());
        return {
          get then(): unknown {
            throw make();
          },
        };
      };
      const worker = testWorker({ kind: 'interval', every: 1_000 }, run);
      const replica = new TestReplica('a', { clock, store, workers: [worker] }).start();
      await clock.advance(3_500);
      const { errors, recentErrors } = replica.worker().metrics;
      expect(errors).toBe(3);
      for (const { type, message } of recentErrors) {
        expect(typeof type).toBe('string');
        expect(type.length + message.length).toBeLessThan(700);
      }
      expect(replica.elector.isLeader).toBe(true);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(LONGEST_LINE);
      replica.kill();
    });
    await fc.assert(property, { numRuns: 100 });
    expect(rejections).toEqual([]);
  });
});
