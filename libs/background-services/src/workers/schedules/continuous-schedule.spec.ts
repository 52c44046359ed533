import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Gate, TestReplica, testWorker } from '../../spec-support/replica.js';
import { TestClock } from '../../testing/test-clock.js';
import { TestLeaseStore } from '../../testing/test-lease-store.js';
import { Elections } from '../../leadership/index.js';
import type { Iteration } from '../iteration.js';
import { Runner } from '../runner.js';
import { Worker } from '../worker.js';
import type { WorkerOptions } from '../worker-definition.js';
import { CIRCUIT_BREAKER_DEFAULTS } from '../circuit-breaker-options.js';

const CONTINUOUS = { kind: 'continuous', minBackoff: 1_000, maxBackoff: 30_000 } as const;

describe('ContinuousSchedule', () => {
  let clock: TestClock;
  let store: TestLeaseStore;
  let starts: number[];

  beforeEach(() => {
    Logger.overrideLogger(false);
    clock = new TestClock();
    store = new TestLeaseStore(clock);
    starts = [];
  });

  function replica(id: string, run: (iteration: Iteration) => unknown, options: WorkerOptions = {}) {
    const work = (iteration: Iteration) => {
      starts.push(clock.monotonic());
      return run(iteration);
    };
    return new TestReplica(id, { clock, store, workers: [testWorker(CONTINUOUS, work, options)] });
  }

  /** Runs until the signal aborts, and returns then. */
  const untilAborted = ({ signal }: Iteration) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const wait = (ms: number) => () => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
  const sick = () => Promise.reject(new Error('sick'));
  const delays = () => starts.slice(1).map((at, i) => at - (starts[i] ?? 0));

  it('begins as soon as this replica leads, and goes on for as long as it does', async () => {
    const one = replica('one', untilAborted).start();
    await clock.advance(600_000);
    expect(starts).toEqual([0]);
    expect(one.worker().runningFor).toBe(600_000);
    expect(one.worker().nextRunAt).toBeUndefined();
  });

  it('ends with the term, and begins on the next leader', async () => {
    const one = replica('one', untilAborted).start();
    await clock.advance(5_000);
    const two = replica('two', untilAborted).start();
    expect(await one.stop()).toBe(true);
    await clock.advance(0);
    expect(one.worker().runningFor).toBeUndefined();
    expect(two.worker().runningFor).toBe(0);
    expect(starts).toEqual([0, 5_000]);
  });

  it('does not begin again while it is aborted', async () => {
    const one = replica('one', untilAborted).start();
    await clock.advance(0);
    await one.stop();
    await clock.advance(600_000);
    expect(starts).toEqual([0]);
  });

  it('aborts within the renew deadline when the store does not answer any more', async () => {
    const ended: number[] = [];
    replica('one', (iteration) => untilAborted(iteration).then(() => ended.push(clock.monotonic()))).start();
    await clock.advance(10_500);
    store.freeze();
    await clock.advance(60_000);
    expect(ended).toHaveLength(1);
    expect(ended[0]).toBeGreaterThan(29_990);
    expect(ended[0]).toBeLessThanOrEqual(30_050);
  });

  describe('backoff', () => {
    it('is random below a bound that begins at the smallest and doubles up to the largest', async () => {
      // The random source says 0.5 throughout.
      replica('one', sick, { circuitBreaker: false }).start();
      await clock.advance(100_000);
      expect(delays()).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000, 15_000]);
    });

    it.each([0, 0.999])('covers everything from 0 to the bound: %d', async (random) => {
      const run = () => {
        starts.push(clock.monotonic());
        if (starts.length > 3) return new Gate().opened;
        return sick();
      };
      const context = {
        clock,
        random: () => random,
        timing: {
          ttl: 30_000,
          renewInterval: 10_000,
          renewDeadline: 20_000,
          retryInterval: 10_000,
          jitter: 0.2,
        },
      };
      const runner = new Runner(clock);
      runner.add(
        new Worker(testWorker(CONTINUOUS, run), {
          ...context,
          circuitBreaker: CIRCUIT_BREAKER_DEFAULTS,
          bootedAt: 0,
        }),
      );
      const logger = new Logger('test');
      new Elections({ ...context, instanceId: 'one', store, drainTimeout: 1_000, logger })
        .open('key', runner)
        .start();
      await clock.advance(30_000);
      expect(delays()).toEqual([1_000, 2_000, 4_000].map((bound) => random * bound));
    });

    it('goes for work that returns, too', async () => {
      replica('one', () => undefined).start();
      await clock.advance(10_000);
      expect(delays()).toEqual([500, 1_000, 2_000, 4_000]);
    });

    it('begins from the smallest again once a run has lasted longer than the largest', async () => {
      let runs = 0;
      replica('one', () => (++runs === 4 ? wait(30_001)() : sick()), { circuitBreaker: false }).start();
      await clock.advance(60_000);
      expect(delays().slice(0, 6)).toEqual([500, 1_000, 2_000, 30_501, 1_000, 2_000]);
    });

    it('goes on growing after a run that did not last as long', async () => {
      let runs = 0;
      replica('one', () => (++runs === 3 ? wait(20_000)() : sick()), { circuitBreaker: false }).start();
      await clock.advance(40_000);
      expect(delays().slice(0, 4)).toEqual([500, 1_000, 22_000, 4_000]);
    });

    it('is known as the next run', async () => {
      const one = replica('one', sick).start();
      await clock.advance(0);
      expect(one.worker().nextRunAt).toEqual(new Date('2026-01-01T00:00:00.500Z'));
    });

    it('begins anew in a new term', async () => {
      const one = replica('one', sick, { circuitBreaker: false }).start();
      await clock.advance(10_000);
      void one.elector.stepDown();
      await clock.advance(0);
      starts = [];
      await clock.advanceUntil(() => one.elector.isLeader);
      await clock.advance(2_000);
      expect(delays().slice(0, 2)).toEqual([500, 1_000]);
    });
  });

  it('waits for the circuit breaker’s probe when it is open', async () => {
    const circuitBreaker = { failureThreshold: 2, openDuration: 60_000 };
    const one = replica('one', sick, { circuitBreaker }).start();
    await clock.advance(61_000);
    expect(starts[2]).toBeGreaterThanOrEqual(60_500);
    expect(starts).toHaveLength(3);
    expect(one.worker().circuit.skipped).toBeLessThanOrEqual(2);
  });

  it('goes on soon after a pause', async () => {
    const one = replica('one', sick).start();
    await clock.advance(0);
    one.worker().pause();
    await clock.advance(60_000);
    expect(starts).toHaveLength(1);
    one.worker().resume();
    await clock.advance(1_000);
    expect(starts).toHaveLength(2);
  });

  it('ends when the worker is stopped, and begins again when it is started', async () => {
    const one = replica('one', untilAborted).start();
    await clock.advance(1_000);
    one.worker().stop();
    await clock.advance(10_000);
    expect(one.worker().runningFor).toBeUndefined();
    one.worker().start();
    await clock.advance(0);
    expect(starts).toEqual([0, 11_000]);
  });

  it('does not begin a second run beside one that was stopped and has not ended', async () => {
    const gate = new Gate();
    const one = replica('one', () => gate.opened).start();
    await clock.advance(0);
    one.worker().stop();
    one.worker().start();
    await clock.advance(10_000);
    expect(starts).toEqual([0]);
    gate.open();
    await clock.advance(1_000);
    expect(starts).toHaveLength(2);
  });
});
