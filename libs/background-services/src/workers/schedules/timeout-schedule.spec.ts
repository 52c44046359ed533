import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { TestReplica, testWorker } from '../../spec-support/replica.js';
import { TestClock } from '../../testing/test-clock.js';
import { TestLeaseStore } from '../../testing/test-lease-store.js';
import type { WorkerOptions } from '../worker-definition.js';

describe('TimeoutSchedule', () => {
  let clock: TestClock;
  let store: TestLeaseStore;

  beforeEach(() => {
    Logger.overrideLogger(false);
    clock = new TestClock();
    store = new TestLeaseStore(clock);
  });

  function replica(id: string, run: () => unknown, options: WorkerOptions = {}): TestReplica {
    const workers = [testWorker({ kind: 'timeout', delay: 5_000 }, run, options)];
    return new TestReplica(id, { clock, store, workers });
  }

  it('runs once, so long after the beginning of the term', async () => {
    const work = jest.fn();
    const one = replica('one', work).start();
    await clock.advance(0);
    expect(one.worker().nextRunAt).toEqual(new Date('2026-01-01T00:00:05Z'));
    await clock.advance(4_999);
    expect(work).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(work).toHaveBeenCalledTimes(1);
    expect(one.worker().nextRunAt).toBeUndefined();
    await clock.advance(600_000);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('runs again in the next term, wherever that is', async () => {
    const work = jest.fn();
    const one = replica('one', work).start();
    await clock.advance(6_000);
    const two = replica('two', work).start();
    await one.stop();
    await clock.advance(5_000);
    expect(work).toHaveBeenCalledTimes(2);
    expect(two.worker().metrics.iterations).toBe(1);
  });

  it('does not run if the term is over before', async () => {
    const work = jest.fn();
    const one = replica('one', work).start();
    await clock.advance(4_000);
    await one.stop();
    await clock.advance(60_000);
    expect(work).not.toHaveBeenCalled();
    expect(one.worker().nextRunAt).toBeUndefined();
  });

  it('is not tried again if it fails', async () => {
    const work = jest.fn(() => Promise.reject(new Error('sick')));
    replica('one', work).start();
    await clock.advance(60_000);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('is skipped, and counted so, while the worker is paused', async () => {
    const work = jest.fn();
    const one = replica('one', work).start();
    await clock.advance(0);
    one.worker().pause();
    await clock.advance(5_000);
    one.worker().resume();
    await clock.advance(60_000);
    expect(work).not.toHaveBeenCalled();
    expect(one.worker().metrics.skipped).toBe(1);
  });

  it('is kept back by an open circuit breaker, which counts that itself', async () => {
    const work = jest.fn();
    const one = replica('one', work).start();
    one.worker().breaker.forceOpen();
    await clock.advance(5_000);
    expect(work).not.toHaveBeenCalled();
    expect(one.worker().metrics.skipped).toBe(0);
    expect(one.worker().circuit.skipped).toBe(1);
  });
});
