import { afterEach, describe, expect, it } from '@jest/globals';
import { WorkerStoppedError } from '../errors/index.js';
import { TestReplica, testWorker } from '../spec-support/replica.js';
import { TestClock } from '../testing/test-clock.js';
import { TestLeaseStore } from '../testing/test-lease-store.js';
import type { Iteration } from './iteration.js';

const EVERY = { kind: 'interval', every: 1_000 } as const;

describe('What most workers never use', () => {
  const RealController = AbortController;
  let replica: TestReplica | undefined;
  afterEach(() => {
    globalThis.AbortController = RealController;
    replica?.kill();
  });

  function lead(run: (iteration: Iteration) => unknown) {
    const clock = new TestClock();
    const store = new TestLeaseStore(clock);
    replica = new TestReplica('a', { clock, store, workers: [testWorker(EVERY, run)] }).start();
    return { clock, worker: replica.worker() };
  }

  function countControllers() {
    const made = { count: 0 };
    globalThis.AbortController = class extends RealController {
      constructor() {
        super();
        made.count++;
      }
    };
    return made;
  }

  it('is not made: no controller for work that does not ask for its signal, and one for work that does', async () => {
    let asks = false;
    let runs = 0;
    const signals = new Set<AbortSignal>();
    const { clock } = lead((iteration) => {
      runs++;
      if (asks) signals.add(iteration.signal);
    });
    await clock.advance(500);
    const made = countControllers();
    await clock.advance(3_000);
    expect([runs, made.count]).toEqual([3, 0]);
    asks = true;
    await clock.advance(3_000);
    expect([runs, made.count, signals.size]).toEqual([6, 1, 1]);
  });

  it('tells the same when it is asked for late: the signal of work that was stopped is aborted with its reason', async () => {
    let finish = () => {};
    let iteration: Iteration | undefined;
    const { clock, worker } = lead((own) => {
      iteration = own;
      return new Promise<void>((resolve) => (finish = resolve));
    });
    await clock.advance(1_000);
    worker.stop();
    const { signal, assertLeader } = iteration!;
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBeInstanceOf(WorkerStoppedError);
    expect(iteration!.signal).toBe(signal);
    // The worker is stopped, but the term goes on.
    expect(assertLeader).not.toThrow();
    finish();
    await worker.drained();
  });
});
