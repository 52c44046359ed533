import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { CountingClock } from '../../../../test/support/counting-clock.js';
import { atEveryAwait, Hold } from '../../../../test/support/hold.js';
import type { JobHandler } from '../decorators/job-handler.js';
import { resolveJobOptions } from '../decorators/resolve-job-options.js';
import { newJobId } from '../model/index.js';
import { MemoryJobStore } from '../store/memory/memory-job-store.js';
import { JobExecutor } from './job-executor.js';
import { Limiter } from './limiter.js';

const TYPE = 'work';
const ITEMS = ['a', 'b', 'c'];
const OPTIONS = {
  concurrency: 2,
  retries: { attempts: 2, minDelay: 100 },
  rateLimit: { items: 2, per: 1_000 },
};

/** Every await of a run: the store, the job's own methods, and the waits for a retry, for the rate limit and for a place. */
describe('JobExecutor, at every await of a run', () => {
  function world(hold: Hold) {
    const clock = new CountingClock();
    const store = hold.patch(new MemoryJobStore(undefined, () => clock.wall()), 'store');
    const begun: string[] = [];
    const tried = new Set<unknown>();
    const handler: JobHandler = hold.patch(
      {
        items: () => Promise.resolve(ITEMS),
        exists: () => Promise.resolve(false),
        process: async (item: unknown) => {
          begun.push(String(item));
          // One has to be tried again.
          if (item === 'b' && !tried.has(item)) {
            tried.add(item);
            throw new Error('not yet');
          }
        },
      },
      'handler',
    );
    const silent = () => undefined;
    const executor = () =>
      new JobExecutor({
        ...{ store, clock, random: () => 0.5, places: new Limiter(1) },
        find: () => ({ type: TYPE, place: 'Work', handler, options: resolveJobOptions(TYPE, OPTIONS) }),
        observer: { started: silent, progressed: silent, ended: silent, lost: silent },
      });
    return { clock, store, begun, executor };
  }

  /** Starts a run, and lets time pass until a call is held, the run is over, or it was so long. */
  async function start(hold: Hold, { clock, store, executor }: ReturnType<typeof world>, steps = 1_000) {
    const id = newJobId(clock.wall(), () => 0.5);
    await store.create({ id, type: TYPE, request: {}, createdAt: clock.wall(), maxPending: undefined });
    const abort = new AbortController();
    const one = executor();
    const run: { result?: string } = {};
    void hold.within(() => one.execute(id, abort.signal).then((result) => (run.result = result)));
    await hold.settled();
    for (let step = 0; hold.held === undefined && run.result === undefined && step < steps; step++) {
      await hold.within(() => clock.advance(50));
      await hold.settled();
    }
    return { id, abort, run, executor: one };
  }

  /** What an interruption means, wherever the run is: nothing more begins, nothing is left, and no time has to pass. */
  async function interrupt(
    hold: Hold,
    w: ReturnType<typeof world>,
    { id, abort, run, executor }: Awaited<ReturnType<typeof start>>,
    how: 'drain' | 'cancel',
  ) {
    const before = w.begun.length;
    const wasOver = run.result !== undefined;
    if (how === 'drain') abort.abort('drain');
    else {
      const { revision } = (await w.store.requestCancel(id, w.clock.wall()))!;
      executor.onNotice({ id, revision, cancel: true, final: false });
    }
    hold.letGo();
    await hold.settled();
    const job = (await w.store.get(id))!;
    const more = w.begun.length - before;
    return {
      at: hold.held,
      ...{ more: hold.held === 'handler.process' ? Math.max(0, more - 1) : more, running: executor.running },
      isOver: run.result !== undefined,
      state: wasOver ? 'completed' : job.state,
      timers: w.clock.pending,
      listeners: getEventListeners(abort.signal, 'abort').length,
    };
  }

  const CLEAN = { more: 0, running: 0, isOver: true, timers: 0, listeners: 0 };

  /** What is left is worked off by the next run, once. */
  async function expectRest({ clock, store, executor }: ReturnType<typeof world>, id: string) {
    const run: { result?: string } = {};
    void executor()
      .execute(id, new AbortController().signal)
      .then((result) => (run.result = result));
    while (run.result === undefined) await clock.advance(50);
    expect(await store.get(id)).toMatchObject({ state: 'completed', counts: { completed: 3, failed: 0 } });
  }

  it('stops at once for a drain, gives the job back, and leaves the rest for the next run', async () => {
    const hold = new Hold();
    const held = await atEveryAwait(hold, async () => {
      const w = world(hold);
      const one = await start(hold, w);
      const outcome = await interrupt(hold, w, one, 'drain');
      expect(outcome).toMatchObject(CLEAN);
      expect(['pending', 'completed']).toContain(outcome.state);
      await expectRest(w, one.id);
    });
    const names = new Set(held.map((name) => name.replace(/^.* of /, '')));
    expect([...names].sort()).toEqual([
      ...['handler.exists', 'handler.items', 'handler.process'],
      ...['store.announce', 'store.begin', 'store.finish', 'store.get', 'store.listItems', 'store.settle'],
    ]);
    for (const side of ['request', 'reply']) expect(held).toContain(`${side} of store.begin`);
  });

  it('stops at once for a cancellation, and nothing of it is left', async () => {
    const hold = new Hold();
    await atEveryAwait(hold, async () => {
      const w = world(hold);
      const outcome = await interrupt(hold, w, await start(hold, w), 'cancel');
      expect(outcome).toMatchObject(CLEAN);
      expect(['cancelled', 'completed']).toContain(outcome.state);
    });
  });

  it.each(['drain', 'cancel'] as const)(
    'stops at once for a %s while it waits for time to pass',
    async (how) => {
      const hold = new Hold();
      const states = new Set<string>();
      for (let steps = 0, isOver = false; !isOver; steps++) {
        const w = world(hold);
        const one = await start(hold, w, steps);
        isOver = one.run.result !== undefined;
        const outcome = await interrupt(hold, w, one, how);
        expect({ steps, ...outcome }).toMatchObject({ steps, ...CLEAN });
        states.add(outcome.state);
      }
      expect([...states].sort()).toEqual(
        how === 'drain' ? ['completed', 'pending'] : ['cancelled', 'completed'],
      );
    },
  );
});
