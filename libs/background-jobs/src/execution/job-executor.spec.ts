import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { TestClock } from 'nestjs-background-services/testing';
import { listenOften, warnedOfListeners } from '../../../../test/support/warned-of-listeners.js';
import { type JobContext, type JobHandler, noData } from '../decorators/job-handler.js';
import type { JobOptions } from '../decorators/job-options.js';
import { resolveJobOptions } from '../decorators/resolve-job-options.js';
import { type Item, type Job, newJobId } from '../model/index.js';
import { MemoryJobStore } from '../store/memory/memory-job-store.js';
import { JobExecutor, type RunObserver } from './job-executor.js';
import { Limiter } from './limiter.js';

const TYPE = 'work';

/** A job that runs. */
interface Running {
  readonly id: string;
  readonly drain: () => void;
  readonly result: Promise<'over' | 'interrupted'>;
}

describe('JobExecutor', () => {
  let clock: TestClock;
  let store: MemoryJobStore;

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryJobStore(undefined, () => clock.wall());
  });

  function executorOf(
    handler: Partial<JobHandler>,
    options: JobOptions = {},
    places = 100,
    observer: Partial<RunObserver> = {},
  ): JobExecutor {
    const all = { items: () => ['a', 'b', 'c'], process: () => Promise.resolve(), ...handler };
    const registered = {
      ...{ type: TYPE, place: 'Work', handler: all },
      options: resolveJobOptions(TYPE, options),
    };
    const silent = () => undefined;
    return new JobExecutor({
      ...{ store, clock, random: () => 0.5, places: new Limiter(places) },
      find: (type) => (type === TYPE ? registered : undefined),
      observer: { started: silent, progressed: silent, ended: silent, lost: silent, ...observer },
    });
  }

  async function submit(request: unknown = {}, type = TYPE): Promise<string> {
    const id = newJobId(clock.wall(), Math.random);
    await store.create({ id, type, request, createdAt: clock.wall(), maxPending: undefined });
    return id;
  }

  function execute(executor: JobExecutor, id: string): Running {
    const abort = new AbortController();
    return { id, drain: () => abort.abort('drain'), result: executor.execute(id, abort.signal) };
  }

  async function run(handler: Partial<JobHandler>, options?: JobOptions, request?: unknown) {
    const executor = executorOf(handler, options);
    return execute(executor, await submit(request));
  }

  const jobOf = async ({ id }: { readonly id: string }) => (await store.get(id)) as Job;
  const itemsOf = async ({ id }: { readonly id: string }) =>
    (await store.items(id, { limit: 100 }))!.entries.map(({ key, status }: Item) => `${key}: ${status}`);
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    );
  const never = () => new Promise<never>(() => undefined);

  it('works off every item, as many at a time as the job may', async () => {
    let [now, most] = [0, 0];
    const keys = Array.from({ length: 60 }, (_, i) => `${i}`);
    const running = await run(
      {
        items: () => keys,
        process: async () => {
          most = Math.max(most, ++now);
          await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
          now -= 1;
        },
      },
      { concurrency: 20 },
    );
    await clock.advance(1_000);
    expect(await running.result).toBe('over');
    expect(most).toBe(20);
    expect(await jobOf(running)).toMatchObject({ state: 'completed', counts: { total: 60, completed: 60 } });
  });

  it.each<[string, JobOptions, () => Iterable<unknown>]>([
    ['BGJ_TOO_MANY_ITEMS', { maxItems: 2 }, () => ['a', 'b', 'c']],
    [
      ...(['BGJ_TOO_MANY_ITEMS', { maxItems: 1_000 }] as const),
      function* () {
        for (;;) yield 'a';
      },
    ],
    ['BGJ_ITEM_TOO_LARGE', { maxItemSize: 20 }, () => ['a', { key: 'k', text: 'é'.repeat(5) }]],
  ])('fails a job with %s, and works nothing off', async (code, options, items) => {
    const worked: unknown[] = [];
    const process = (item: unknown) => Promise.resolve(worked.push(item));
    const running = await run({ items, process }, options);
    expect(await running.result).toBe('over');
    expect(await jobOf(running)).toMatchObject({ state: 'failed', error: { code, status: 422 } });
    expect(worked).toEqual([]);
  });

  it('shares the places of the process among its jobs', async () => {
    let [now, most] = [0, 0];
    const executor = executorOf(
      {
        items: () => Array.from({ length: 20 }, (_, i) => `${i}`),
        process: async () => {
          most = Math.max(most, ++now);
          await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
          now -= 1;
        },
      },
      { concurrency: 20 },
      3,
    );
    const runs = [execute(executor, await submit()), execute(executor, await submit())];
    await clock.advance(2_000);
    expect(await Promise.all(runs.map(({ result }) => result))).toEqual(['over', 'over']);
    expect(most).toBe(3);
  });

  it('tries again with full jitter, and records what goes on failing', async () => {
    const tries: string[] = [];
    const running = await run(
      {
        process: async (item, { attempt }) => {
          tries.push(`${String(item)} ${attempt} at ${clock.monotonic()}`);
          if (item === 'b' || (item === 'a' && attempt === 1)) throw new Error('no');
        },
      },
      { concurrency: 1, retries: { attempts: 3, minDelay: 100, maxDelay: 150 } },
    );
    await clock.advance(1_000);
    await running.result;
    expect(tries).toEqual(['a 1 at 0', 'a 2 at 50', 'b 1 at 50', 'b 2 at 100', 'b 3 at 175', 'c 1 at 175']);
    expect(await jobOf(running)).toMatchObject({
      state: 'completed',
      counts: { total: 3, completed: 2, failed: 1 },
    });
    expect(await itemsOf(running)).toEqual(['a: done', 'b: failed', 'c: done']);
  });

  it.each<[string, object]>([
    ['as milliseconds', { retryAfter: 7_000 }],
    ['as a header in seconds', { response: { headers: new Headers({ 'retry-after': '7' }) } }],
    ['as a header with a date', { headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' } }],
  ])('waits as long as an error asks for %s', async (_, more) => {
    const tries: number[] = [];
    const running = await run({
      items: () => ['a'],
      process: async () => {
        tries.push(clock.monotonic());
        if (tries.length === 1) throw Object.assign(new Error('later'), more);
      },
    });
    await clock.advance(10_000);
    await running.result;
    expect(tries).toEqual([0, 7_000]);
  });

  it('gives an item up that takes too long, whether it listens to its signal or not', async () => {
    let signal: AbortSignal | undefined;
    const running = await run(
      {
        items: () => ['a'],
        process: (_item, job: JobContext) => {
          ({ signal } = job);
          return never();
        },
      },
      { itemTimeout: 500, retries: { attempts: 1 } },
    );
    await clock.advance(499);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    await running.result;
    expect(signal?.aborted).toBe(true);
    const { entries } = (await store.items(running.id, { limit: 1 }))!;
    expect(entries[0]).toMatchObject({ status: 'failed', error: { code: 'BGJ_ITEM_TIMEOUT' } });
  });

  it('skips what is there already, unless all is asked for anew', async () => {
    const handler = {
      exists: async (item: unknown) => item === 'b',
      process: async (item: unknown) => (item === 'c' ? noData : undefined),
    };
    const first = await run(handler);
    await first.result;
    expect(await itemsOf(first)).toEqual(['a: done', 'b: skipped', 'c: done']);
    expect((await store.items(first.id, { limit: 3 }))!.entries[2]).toMatchObject({ noData: true });
    const anew = await run(handler, {}, { forceRefresh: true });
    await anew.result;
    expect(await itemsOf(anew)).toEqual(['a: done', 'b: done', 'c: done']);
  });

  it('lets no more begin within a time than the rate limit has', async () => {
    const begun: number[] = [];
    const running = await run(
      { process: async () => void begun.push(clock.monotonic()) },
      { rateLimit: { items: 1, per: 1_000 } },
    );
    await clock.advance(5_000);
    await running.result;
    expect(begun).toEqual([0, 1_000, 2_000]);
  });

  it('fails the job at once when more fail than may', async () => {
    const begun: unknown[] = [];
    const running = await run(
      {
        process: async (item) => {
          begun.push(item);
          throw new Error('no');
        },
      },
      { concurrency: 1, maxFailures: 1, retries: { attempts: 1 } },
    );
    await running.result;
    expect(begun).toEqual(['a', 'b']);
    expect(await jobOf(running)).toMatchObject({
      state: 'failed',
      error: { code: 'BGJ_TOO_MANY_FAILURES' },
      counts: { failed: 2 },
    });
  });

  it('fails the job at its end when too large a share failed', async () => {
    const process = async (item: unknown) => {
      if (item === 'a') throw new Error('no');
    };
    const retries = { attempts: 1 };
    const most = await run({ process }, { retries, failureRatio: 0.34 });
    const few = await run({ process }, { retries, failureRatio: 0.33 });
    await Promise.all([most.result, few.result]);
    expect((await jobOf(most)).state).toBe('completed');
    expect(await jobOf(few)).toMatchObject({ state: 'failed', error: { code: 'BGJ_TOO_MANY_FAILURES' } });
  });

  it.each<[string, () => unknown, string]>([
    [
      'they cannot be listed',
      () => {
        throw new Error('no list');
      },
      'no list',
    ],
    ['two have one name', () => ['a', 'a'], 'there twice'],
    ['they are no list', () => 5, 'not'],
  ])('fails the job when %s', async (_, items, detail) => {
    const running = await run({ items: items as JobHandler['items'] });
    expect(await running.result).toBe('over');
    const job = await jobOf(running);
    expect(job).toMatchObject({ state: 'failed', counts: { total: null } });
    expect(job.error?.detail).toContain(detail);
  });

  it('gives the job back when the replica drains, with what is done, and goes on there', async () => {
    const signals: AbortSignal[] = [];
    const handler = {
      process: async (item: unknown, { signal }: JobContext) => {
        if (item === 'a') return;
        signals.push(signal);
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    };
    const running = await run(handler, { concurrency: 1 });
    await clock.advance(0);
    running.drain();
    expect(await running.result).toBe('interrupted');
    expect(signals.map(({ aborted, reason }) => [aborted, reason as unknown])).toEqual([[true, 'drain']]);
    expect(await jobOf(running)).toMatchObject({ state: 'pending', counts: { completed: 1, failed: 0 } });

    const again: unknown[] = [];
    const next = execute(executorOf({ process: async (item) => again.push(item) }), running.id);
    expect(await next.result).toBe('over');
    expect(again).toEqual(['b', 'c']);
    expect(await jobOf(next)).toMatchObject({ state: 'completed', run: 2, counts: { completed: 3 } });
  });

  it('begins nothing for a replica that drains already', async () => {
    const executor = executorOf({});
    const id = await submit();
    expect(await executor.execute(id, AbortSignal.abort('drain'))).toBe('interrupted');
    expect((await store.get(id))?.state).toBe('pending');
  });

  it('hears of a drain that begins while the store is asked for the job', async () => {
    let answer: () => void = () => undefined;
    const begin = store.begin.bind(store);
    const listed: unknown[] = [];
    store.begin = async (id, at) => {
      const begun = await begin(id, at);
      await new Promise<void>((resolve) => (answer = resolve));
      return begun;
    };
    const running = await run({
      items: () => {
        listed.push('items');
        return ['a'];
      },
      process: never,
    });
    await clock.advance(0);
    running.drain();
    answer();
    expect(await running.result).toBe('interrupted');
    expect(listed).toEqual([]);
    expect((await jobOf(running)).state).toBe('pending');
  });

  it('leaves the run of a job that was retried alone when word of an earlier cancellation comes late', async () => {
    const executor = executorOf({ process: (_item, { signal }) => untilAborted(signal) });
    const first = execute(executor, await submit());
    await clock.advance(0);
    const cancelled = (await store.requestCancel(first.id, clock.wall()))!;
    const late = { id: first.id, revision: cancelled.revision, cancel: true, final: false };
    // Read before the retry, answered after it.
    let answer: () => void = () => undefined;
    const get = store.get.bind(store);
    store.get = async (id) => {
      store.get = get;
      const job = await get(id);
      await new Promise<void>((resolve) => (answer = resolve));
      return job;
    };
    await clock.advance(500);
    executor.onNotice(late);
    await first.result;
    await store.retryFailed(first.id, clock.wall());
    const second = execute(executor, first.id);
    await clock.advance(0);
    answer();
    executor.onNotice(late);
    executor.onNotice({ ...late, revision: (await jobOf(first)).revision });
    await clock.advance(5_000);
    expect(await jobOf(second)).toMatchObject({ state: 'running', run: 2 });
    second.drain();
    expect(await second.result).toBe('interrupted');
  });

  it('says that a run is over here, however it stops', async () => {
    const told: string[] = [];
    const executor = executorOf({ items: () => ['a'] }, {}, 100, {
      started: ({ run: number }) => told.push(`started ${number}`),
      ended: ({ run: number, state }) => told.push(`ended ${number} ${state}`),
      lost: ({ run: number }) => told.push(`lost ${number}`),
    });
    const id = await submit();
    const settle = store.settle.bind(store);
    store.settle = () => Promise.reject(new Error('gone'));
    await expect(execute(executor, id).result).rejects.toThrow('gone');
    store.settle = () => Promise.resolve('lost');
    await execute(executor, id).result;
    store.settle = settle;
    await execute(executor, id).result;
    expect(told).toEqual(['started 1', 'lost 1', 'started 2', 'lost 2', 'started 3', 'ended 3 completed']);
    expect(executor.running).toBe(0);
  });

  it('lets work add as many listeners to its signal as it likes, without a warning of Node', async () => {
    const signals: AbortSignal[] = [];
    const running = await run({
      process: async (_item, { signal }) => {
        signals.push(signal);
        listenOften(signal);
      },
    });
    await running.result;
    expect(signals.map(warnedOfListeners)).toEqual([false, false, false]);
  });

  it('ends a job that is cancelled, told of it or not', async () => {
    for (const isTold of [true, false]) {
      const executor = executorOf({
        process: (_item, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('end')))),
      });
      const running = execute(executor, await submit());
      await clock.advance(0);
      await store.requestCancel(running.id, clock.wall());
      const revision = (await jobOf(running)).revision;
      if (isTold) executor.onNotice({ id: running.id, revision, cancel: true, final: false });
      else await clock.advance(500);
      expect(await running.result).toBe('over');
      expect(await jobOf(running)).toMatchObject({ state: 'cancelled', counts: { completed: 0 } });
    }
  });

  it('stops when another replica has taken the job up', async () => {
    let go: () => void = () => undefined;
    const begun: unknown[] = [];
    const running = await run(
      {
        process: (item) => {
          begun.push(item);
          return new Promise<void>((resolve) => (go = resolve));
        },
      },
      { concurrency: 1 },
    );
    await clock.advance(0);
    await store.begin(running.id, clock.wall());
    go();
    expect(await running.result).toBe('over');
    expect(begun).toEqual(['a']);
    expect(await jobOf(running)).toMatchObject({ state: 'running', run: 2, counts: { completed: 0 } });
  });

  it('has the job run again when the store does not answer', async () => {
    store.settle = () => Promise.reject(new Error('gone'));
    const running = await run({});
    await expect(running.result).rejects.toThrow('gone');
    expect(await jobOf(running)).toMatchObject({ state: 'running' });
  });

  it('gives a job of a type that it does not know back', async () => {
    const executor = executorOf({});
    const id = await submit({}, 'of-a-later-version');
    expect(await execute(executor, id).result).toBe('over');
    expect((await store.get(id))?.state).toBe('pending');
  });

  it('says once a minute that nobody here knows the type of a job, however often the job comes back', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const executor = executorOf({});
    const id = await submit({}, 'of-another-version');
    for (let seconds = 0; seconds < 130; seconds += 5) {
      expect(await execute(executor, id).result).toBe('over');
      await clock.advance(5_000);
    }
    expect(warn.mock.calls.map(([line]) => String(line))).toEqual(
      Array(3).fill(
        expect.stringContaining('is of type "of-another-version", which this replica does not know'),
      ),
    );
    warn.mockRestore();
  });
});
