import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  Gate,
  TEST_TIMING,
  TestReplica,
  type TestReplicaOptions,
  testWorker,
} from '../../spec-support/replica.js';
import { TestClock } from '../../testing/test-clock.js';
import { TestLeaseStore } from '../../testing/test-lease-store.js';
import type { Iteration } from '../iteration.js';
import type { WorkerOptions } from '../worker-definition.js';
import { startField } from './interval-schedule.js';

describe('IntervalSchedule', () => {
  let clock: TestClock;
  let store: TestLeaseStore;
  /** Fleet time at which iterations began, ms since the test began. */
  let starts: number[];

  beforeEach(() => {
    Logger.overrideLogger(false);
    clock = new TestClock();
    store = new TestLeaseStore(clock);
    starts = [];
  });

  interface Given extends WorkerOptions {
    readonly run?: (iteration: Iteration) => unknown;
    readonly replica?: Partial<TestReplicaOptions>;
  }

  function replica(every: number, { run = () => undefined, replica: how, ...options }: Given = {}) {
    const work = (iteration: Iteration) => {
      starts.push(clock.monotonic());
      return run(iteration);
    };
    const workers = [testWorker({ kind: 'interval', every }, work, options)];
    return new TestReplica(`replica-${Math.random()}`, { clock, store, workers, ...how });
  }

  /** Ends a leader as `kill -9` would, and lets the successor take over. */
  async function failover(from: TestReplica, to: TestReplica): Promise<void> {
    from.kill();
    to.start();
    await clock.advanceUntil(() => to.elector.isLeader, { step: 100 });
  }

  const wait = (ms: number) => () => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));

  describe('the grid', () => {
    it('begins one interval after the first election', async () => {
      replica(1_000).start();
      await clock.advance(999);
      expect(starts).toEqual([]);
      await clock.advance(1);
      expect(starts).toEqual([1_000]);
    });

    it('is kept, however long iterations take', async () => {
      replica(1_000, { run: wait(300) }).start();
      await clock.advance(4_000);
      expect(starts).toEqual([1_000, 2_000, 3_000, 4_000]);
    });

    it('is told as the time that an iteration was due', async () => {
      const due: Date[] = [];
      const one = replica(1_000, { run: ({ scheduledAt }) => due.push(scheduledAt) }).start();
      await clock.advance(0);
      clock.stall(1_250);
      await clock.advance(1_000);
      expect(due).toEqual([new Date('2026-01-01T00:00:01Z'), new Date('2026-01-01T00:00:02Z')]);
      expect(one.worker().nextRunAt).toEqual(new Date('2026-01-01T00:00:03Z'));
    });

    it('does not move when the wall clock is set', async () => {
      const one = replica(1_000).start();
      await clock.advance(1_500);
      one.clock.step(8_000);
      await clock.advance(1_000);
      one.clock.step(-10_000);
      await clock.advance(1_000);
      expect(starts).toEqual([1_000, 2_000, 3_000]);
    });
  });

  describe('a tick that finds an iteration running', () => {
    it('is skipped and counted, and the grid is kept', async () => {
      const one = replica(1_000, { run: wait(2_500) }).start();
      await clock.advance(7_000);
      expect(starts).toEqual([1_000, 4_000, 7_000]);
      expect(one.worker().metrics.skipped).toBe(4);
    });

    it('is skipped even if the iteration ends on it', async () => {
      const one = replica(1_000, { run: wait(1_000) }).start();
      await clock.advance(5_000);
      expect(starts).toEqual([1_000, 3_000, 5_000]);
      expect(one.worker().metrics.skipped).toBe(2);
    });

    it('is skipped too if the iteration was triggered by hand', async () => {
      const gate = new Gate();
      const one = replica(1_000, { run: () => gate.opened }).start();
      await clock.advance(500);
      one.worker().attempt(clock.wall());
      await clock.advance(1_000);
      expect(starts).toEqual([500]);
      expect(one.worker().metrics.skipped).toBe(1);
      gate.open();
      await clock.advance(500);
      expect(starts).toEqual([500, 2_000]);
    });

    it('is not counted any more once the worker was stopped', async () => {
      const one = replica(1_000, { run: wait(5_500) }).start();
      await clock.advance(1_500);
      one.worker().stop();
      await clock.advance(10_000);
      expect(one.worker().metrics.skipped).toBe(0);
    });
  });

  it('counts the ticks of a pause as skipped', async () => {
    const one = replica(1_000).start();
    await clock.advance(1_000);
    one.worker().pause();
    await clock.advance(3_000);
    one.worker().resume();
    await clock.advance(1_000);
    expect(starts).toEqual([1_000, 5_000]);
    expect(one.worker().metrics.skipped).toBe(3);
  });

  it('runs once after a stall, not once for every tick that was lost in it', async () => {
    const one = replica(1_000).start();
    await clock.advance(1_000);
    clock.stall(10_500);
    await clock.advance(500);
    expect(starts).toEqual([1_000, 11_500, 12_000]);
    expect(one.worker().metrics.skipped).toBe(9);
  });

  it('runs under a new term only, after a stall that was longer than the lease is trusted', async () => {
    const tokens: number[] = [];
    replica(1_000, { run: ({ fencingToken }) => tokens.push(fencingToken) }).start();
    await clock.advance(1_000);
    clock.stall(20_000);
    await clock.advance(0);
    expect(tokens).toHaveLength(2);
    expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Infinity);
  });

  it('lets ticks pass while the circuit breaker is open, and does not count them as skipped', async () => {
    const one = replica(1_000, { run: () => Promise.reject(new Error('sick')) }).start();
    await clock.advance(60_000);
    expect(starts).toHaveLength(5);
    expect(one.worker().metrics.skipped).toBe(0);
    await clock.advance(6_000);
    expect(starts).toHaveLength(6);
  });

  describe('immediate', () => {
    it('runs as soon as this replica leads', async () => {
      replica(60_000, { immediate: true }).start();
      await clock.advance(0);
      expect(starts).toEqual([0]);
      await clock.advance(60_000);
      expect(starts).toEqual([0, 60_000]);
    });

    it('does not run at once where a start is on record', async () => {
      const one = replica(60_000, { immediate: true }).start();
      await clock.advance(10_000);
      const two = replica(60_000, { immediate: true }).start();
      await one.stop();
      await clock.advance(49_999);
      expect(starts).toEqual([0]);
      await clock.advance(1);
      expect(starts).toEqual([0, 60_000]);
      expect(two.worker().metrics.iterations).toBe(1);
    });
  });

  describe('cadence across a failover', () => {
    it('goes on one interval after the last start, when the leader leaves in order', async () => {
      const one = replica(1_000).start();
      await clock.advance(5_400);
      const two = replica(1_000).start();
      await clock.advance(0);
      await one.stop();
      await clock.advance(2_000);
      expect(starts).toEqual([1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000]);
      expect(two.worker().metrics.iterations).toBe(2);
    });

    it('goes on one interval after the last start, when the leader was killed', async () => {
      const one = replica(60_000).start();
      await clock.advance(70_000);
      await failover(one, replica(60_000));
      expect(clock.monotonic()).toBeLessThan(110_000);
      await clock.advance(60_000);
      expect(starts).toEqual([60_000, 120_000]);
    });

    it('goes on at once if the start is overdue', async () => {
      const one = replica(15_000).start();
      await clock.advance(15_000);
      await failover(one, replica(15_000));
      const takenOver = clock.monotonic();
      await clock.advance(15_000);
      const [, late = 0, next] = starts;
      expect(takenOver - late).toBeGreaterThanOrEqual(0);
      expect(takenOver - late).toBeLessThan(100);
      expect(next).toBe(late + 15_000);
    });

    it.each([-3_600_000, -8_000, 8_000, 3_600_000])(
      'does not depend on the wall clocks of the replicas: the successor’s is %d ms off',
      async (skew) => {
        const one = replica(60_000).start();
        await clock.advance(70_000);
        await failover(one, replica(60_000, { replica: { skew } }));
        await clock.advance(60_000);
        expect(starts).toEqual([60_000, 120_000]);
      },
    );

    it('knows of short intervals as of the last renewal, and then never waits longer than one interval', async () => {
      const one = replica(5_000).start();
      await clock.advance(18_000);
      await failover(one, replica(5_000));
      // Of the starts at 10 and 15 s only the first had been told when the leader was killed.
      expect(starts.slice(0, 3)).toEqual([5_000, 10_000, 15_000]);
      expect(clock.monotonic() - (starts[3] ?? 0)).toBeLessThan(100);
    });

    it('survives several failovers', async () => {
      let leader = replica(60_000).start();
      await clock.advance(61_000);
      for (let i = 0; i < 5; i++) {
        const next = replica(60_000);
        await failover(leader, next);
        leader = next;
        await clock.advance(60_000 - (clock.monotonic() % 60_000) + 1_000);
      }
      expect(starts).toEqual([1, 2, 3, 4, 5, 6].map((n) => n * 60_000));
    });

    it('waits one interval where there is no record, or one that is none', async () => {
      for (const record of ['', 'soon', 'NaN', '{}']) {
        clock = new TestClock();
        store = new TestLeaseStore(clock);
        starts = [];
        await seed(record);
        replica(1_000).start();
        await clock.advance(1_000);
        expect([record, starts]).toEqual([record, [1_000]]);
      }
    });

    it.each(['Infinity', '1e300', '99999999999999'])(
      'never waits longer than one interval: %s',
      async (record) => {
        await seed(record);
        replica(1_000).start();
        await clock.advance(1_000);
        expect(starts).toEqual([1_000]);
      },
    );

    it.each(['-Infinity', '-1', '0'])('runs at once after a start long ago: %s', async (record) => {
      await seed(record);
      replica(1_000).start();
      await clock.advance(0);
      expect(starts).toEqual([0]);
    });

    async function seed(record: string): Promise<void> {
      const lease = { key: 'test:leader', holder: 'seed' };
      const [reply] = await store.acquire([{ ...lease, ttl: 1_000, tokenFloor: 0 }]);
      const token = reply?.outcome === 'acquired' ? reply.token : 0;
      await store.release({ ...lease, token, ledger: { [startField('worker')]: record } });
    }
  });

  describe('the record of a start', () => {
    it.each([
      [TEST_TIMING.renewInterval, 1],
      [TEST_TIMING.renewInterval + 1, 1],
      [TEST_TIMING.renewInterval - 1, 0],
    ])(
      'is written before the iteration if the interval is at least the renew interval: %d ms',
      async (every, writes) => {
        const recorded: number[] = [];
        const one = replica(every, { run: () => recorded.push(one.connection.records.length) });
        one.start();
        await clock.advance(every);
        expect(recorded).toEqual([writes]);
      },
    );

    it('holds even if the leader dies in the iteration', async () => {
      const one = replica(60_000, { run: () => new Gate().opened }).start();
      await clock.advance(60_000);
      await failover(one, replica(60_000));
      await clock.advance(60_000);
      expect(starts).toEqual([60_000, 120_000]);
    });

    it('is no condition: a store that does not answer does not keep the iteration from running', async () => {
      const one = replica(60_000).start();
      await clock.advance(59_000);
      one.connection.disturb('lost-command');
      await clock.advance(1_000);
      expect(starts).toEqual([60_000]);
    });

    it('travels with the next renewal if the store did not answer', async () => {
      const one = replica(60_000).start();
      await clock.advance(59_000);
      one.connection.disturb('lost-command');
      await clock.advance(11_000);
      await failover(one, replica(60_000));
      await clock.advance(60_000);
      expect(starts).toEqual([60_000, 120_000]);
    });

    it('keeps the iteration back if the store says that the lease is another’s', async () => {
      const one = replica(60_000).start();
      await clock.advance(59_000);
      store.set('test:leader', 'thief', 30_000);
      await clock.advance(1_000);
      expect(starts).toEqual([]);
      expect(one.elector.isLeader).toBe(false);
    });

    it('is the time at which the iteration began, not at which its synchronous part ended', async () => {
      const one = replica(5_000, { run: () => clock.stall(3_000) }).start();
      await clock.advance(5_000);
      await one.stop();
      const next = replica(5_000).start();
      await clock.advance(2_000);
      expect(starts).toEqual([5_000, 10_000]);
      expect(next.worker().metrics.iterations).toBe(1);
    });
  });
});
