import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from 'nestjs-background-services/testing';
import { ReloadQueueFullError } from './reload.errors.js';
import { ReloadQueue } from './reload-queue.js';

describe('ReloadQueue', () => {
  let clock: TestClock;
  let starts: number[];
  /** How long a run takes, ms. */
  let duration: number;
  let fail: Error | undefined;

  beforeEach(() => {
    clock = new TestClock();
    starts = [];
    duration = 0;
    fail = undefined;
  });

  function make({ interval = 1_000, capacity = 100 } = {}) {
    const run = async () => {
      starts.push(clock.monotonic());
      const number = starts.length;
      if (duration > 0) await new Promise<void>((resolve) => void clock.setTimeout(resolve, duration));
      if (fail) throw fail;
      return number;
    };
    return new ReloadQueue(run, { clock, interval, capacity });
  }

  it('runs the first request at once, and waits for it', async () => {
    const queue = make();
    duration = 50;
    const result = queue.request();
    await clock.advance(50);
    expect(await result).toBe(1);
    expect(starts).toEqual([0]);
  });

  it('serves those who ask before a run begins, and not those who ask while it runs', async () => {
    const queue = make();
    duration = 400;
    const early = [queue.request(), queue.request()];
    await clock.advance(100);
    const late = queue.request();
    await clock.advance(1_400);
    expect(await Promise.all([...early, late])).toEqual([1, 1, 2]);
    expect(starts).toEqual([0, 1_000]);
    expect(queue.counts()).toEqual({ requests: 3, coalesced: 1, refused: 0, waiting: 0, runs: 2 });
  });

  it('makes a storm of a thousand requests in ten seconds eleven runs at most', async () => {
    const queue = make({ capacity: 1_000 });
    duration = 30;
    const results: Promise<number>[] = [];
    for (let i = 0; i < 1_000; i++) {
      if (i % 2 === 0) results.push(queue.request());
      else queue.nudge();
      await clock.advance(10);
    }
    await clock.advance(1_100);
    await Promise.all(results);
    expect(starts.length).toBeLessThanOrEqual(11);
    const gaps = starts.slice(1).map((at, i) => at - starts[i]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    expect(queue.counts()).toMatchObject({ requests: 1_000, waiting: 0, runs: starts.length });
  });

  it('never runs twice at once, however long a run takes', async () => {
    const queue = make({ interval: 10 });
    duration = 500;
    void queue.request();
    await clock.advance(20);
    void queue.request();
    await clock.advance(1_000);
    expect(starts).toEqual([0, 500]);
  });

  it('refuses who would wait beyond its bound, but not who does not wait', async () => {
    const queue = make({ capacity: 2 });
    const waiting = [queue.request(), queue.request()];
    await expect(queue.request()).rejects.toThrow(ReloadQueueFullError);
    expect(queue.nudge()).toEqual({ joined: true });
    await clock.advance(0);
    await Promise.all(waiting);
    expect(queue.counts()).toMatchObject({ refused: 1, waiting: 0 });
    const again = queue.request();
    await clock.advance(1_000);
    await again;
  });

  it('hands a failure to all whom the run served, and goes on', async () => {
    const queue = make();
    fail = new Error('the database is away');
    const results = [queue.request(), queue.request()];
    const settled = Promise.allSettled(results);
    await clock.advance(0);
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fail = undefined;
    const next = queue.request();
    await clock.advance(1_000);
    expect(await next).toBe(2);
  });

  it('gives the first nudge the result to watch', async () => {
    const queue = make();
    const nudge = queue.nudge();
    await clock.advance(0);
    expect(nudge.joined ? undefined : await nudge.result).toBe(1);
  });

  it('answers those who wait for a run that will not be', async () => {
    const queue = make();
    const result = queue.request();
    queue.close(new Error('the app ends'));
    await expect(result).rejects.toThrow('the app ends');
    await clock.advance(5_000);
    expect(starts).toEqual([]);
  });
});
