import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Gate, TEST_KEY, TestReplica, type TestReplicaOptions, testWorker } from '../spec-support/replica.js';
import { TestClock } from '../testing/test-clock.js';
import { TestLeaseStore } from '../testing/test-lease-store.js';
import { Runner } from './runner.js';
import { decodeTerms, TERMS_FIELD } from './term-history.js';
import { decodeWorkerRecord, recordField } from './worker-record.js';
import { startField } from './schedules/interval-schedule.js';
import { Worker } from './worker.js';
import type { ScheduleSpec } from './worker-definition.js';

const every = (ms: number) => ({ kind: 'interval', every: ms }) as const;

describe('Runner', () => {
  let clock: TestClock;
  let store: TestLeaseStore;
  let errors: string[];

  beforeEach(() => {
    Logger.overrideLogger(false);
    errors = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((text: unknown) => {
      errors.push(String(text));
    });
    clock = new TestClock();
    store = new TestLeaseStore(clock);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  function replica(id: string, workers: TestReplicaOptions['workers'], drainTimeout?: number): TestReplica {
    return new TestReplica(id, {
      clock,
      store,
      workers,
      ...(drainTimeout === undefined ? {} : { drainTimeout }),
    });
  }

  const holder = async () => (await store.inspect([TEST_KEY]))[0]?.holder;

  describe('begin', () => {
    it('begins every worker of the key with the term', async () => {
      const names: string[] = [];
      const note = ({ worker }: { worker: string }) => names.push(worker);
      const workers = ['a', 'b', 'c'].map((name) => testWorker(every(1_000), note, {}, name));
      replica('one', workers).start();
      await clock.advance(1_000);
      expect(names).toEqual(['a', 'b', 'c']);
    });

    it('runs each tick on one replica of two', async () => {
      const ran: string[] = [];
      for (const id of ['one', 'two']) replica(id, [testWorker(every(1_000), () => ran.push(id))]).start();
      await clock.advance(60_000);
      expect(ran).toHaveLength(60);
      expect(new Set(ran).size).toBe(1);
    });

    it('does not begin a worker that is added before there is a term', async () => {
      const work = jest.fn();
      const one = replica('one', []);
      one.runner.add(new Worker(testWorker(every(1_000), work), one.context));
      await clock.advance(5_000);
      expect(work).not.toHaveBeenCalled();
      one.start();
      await clock.advance(1_000);
      expect(work).toHaveBeenCalledTimes(1);
    });

    it('aborts the work of those that have begun with the term, where another one cannot begin', async () => {
      let signal: AbortSignal | undefined;
      const work = (iteration: { readonly signal: AbortSignal }) => {
        signal = iteration.signal;
        return new Promise<void>((resolve) => iteration.signal.addEventListener('abort', () => resolve()));
      };
      const one = replica('one', [
        testWorker(every(1_000), work, {}, 'good'),
        testWorker(every(1_000), () => undefined, {}, 'bad'),
      ]);
      jest.spyOn(one.worker('bad'), 'begin').mockImplementation(() => {
        throw new Error('on purpose');
      });
      one.start();
      await clock.advance(1_000);
      expect(signal?.aborted).toBe(false);
      const stopped = one.stop();
      expect(signal?.aborted).toBe(true);
      expect(await stopped).toBe(true);
      expect(errors.join()).toContain('Beginning the work of "test:leader" failed: on purpose');
    });

    it('begins a worker that is added during a term at once', async () => {
      const work = jest.fn();
      const one = replica('one', []).start();
      await clock.advance(5_000);
      one.runner.add(new Worker(testWorker(every(1_000), work), one.context));
      await clock.advance(1_000);
      expect(work).toHaveBeenCalledTimes(1);
    });

    it('does not begin a worker that is added behind a term', async () => {
      const work = jest.fn();
      const one = replica('one', []).start();
      await clock.advance(0);
      await one.stop();
      one.runner.add(new Worker(testWorker(every(1_000), work), one.context));
      await clock.advance(5_000);
      expect(work).not.toHaveBeenCalled();
    });
  });

  describe('the end of a term', () => {
    it('aborts every running iteration before anything else happens', async () => {
      const aborted: string[] = [];
      const work = ({ worker, signal }: { worker: string; signal: AbortSignal }) => {
        signal.addEventListener('abort', () => aborted.push(worker));
        return new Gate().opened;
      };
      const workers = ['a', 'b'].map((name) => testWorker(every(1_000), work, {}, name));
      const one = replica('one', workers).start();
      await clock.advance(1_000);
      void one.stop();
      expect(aborted).toEqual(['a', 'b']);
    });

    it('lets no tick through any more', async () => {
      const work = jest.fn();
      const one = replica('one', [testWorker(every(1_000), work)]).start();
      await clock.advance(1_500);
      void one.stop();
      await clock.advance(10_000);
      expect(work).toHaveBeenCalledTimes(1);
    });

    it('comes to the workers that were added during it, too', async () => {
      const one = replica('one', []).start();
      await clock.advance(0);
      const signals: AbortSignal[] = [];
      const work = ({ signal }: { signal: AbortSignal }) => {
        signals.push(signal);
        return new Gate().opened;
      };
      one.runner.add(new Worker(testWorker(every(1_000), work), one.context));
      await clock.advance(1_000);
      void one.stop();
      expect(signals[0]?.aborted).toBe(true);
    });
  });

  describe('drain', () => {
    it('waits for the running work, and the lease is released behind it', async () => {
      const gate = new Gate();
      const one = replica('one', [testWorker(every(1_000), () => gate.opened)]).start();
      await clock.advance(1_000);
      const stopped = one.stop();
      await clock.advance(3_000);
      expect(await holder()).toBe('one');
      gate.open();
      expect(await stopped).toBe(true);
      expect(await holder()).toBeNull();
    });

    it('names what still runs when its time is up, and leaves the lease to expire', async () => {
      const work = () => new Gate().opened;
      const workers = [
        testWorker(every(1_000), work, {}, 'stuck'),
        testWorker(every(1_000), () => undefined, {}, 'quick'),
      ];
      const one = replica('one', workers, 5_000).start();
      await clock.advance(1_000);
      const stopped = one.stop();
      await clock.advance(5_000);
      expect(await stopped).toBe(false);
      expect(errors).toEqual([expect.stringMatching(/Still running at the end of the drain: stuck\./)]);
      expect(await holder()).toBe('one');
    });

    it('is cut short by a second signal', async () => {
      const one = replica('one', [testWorker(every(1_000), () => new Gate().opened)]).start();
      await clock.advance(1_000);
      const stopped = one.stop();
      one.runner.cutShort();
      expect(await stopped).toBe(false);
    });

    it('is not cut short by a signal that came when nothing drained', async () => {
      const gate = new Gate();
      const one = replica('one', [testWorker(every(1_000), () => gate.opened)]).start();
      await clock.advance(1_000);
      one.runner.cutShort();
      const stopped = one.stop();
      gate.open();
      expect(await stopped).toBe(true);
    });

    it('takes no time if nothing runs', async () => {
      const one = replica('one', [testWorker(every(1_000), () => undefined)]).start();
      await clock.advance(1_500);
      expect(await one.stop()).toBe(true);
      expect(clock.monotonic()).toBe(1_500);
    });

    it('does not let late work of an old term start over in the next one', async () => {
      const gate = new Gate();
      const work = jest.fn(() => gate.opened);
      const one = replica('one', [testWorker(every(1_000), work)], 2_000).start();
      await clock.advance(1_000);
      void one.elector.stepDown();
      await clock.advanceUntil(() => one.elector.isLeader);
      await clock.advance(10_000);
      expect(work).toHaveBeenCalledTimes(1);
      gate.open();
      await clock.advance(1_000);
      expect(work).toHaveBeenCalledTimes(2);
    });
  });

  describe('ledger', () => {
    it('sends what workers have to say with the renewal, so that the cost does not depend on the interval', async () => {
      const one = replica('one', [testWorker(every(100), () => undefined)]).start();
      const renewals: unknown[] = [];
      const renew = store.renew.bind(store);
      jest.spyOn(store, 'renew').mockImplementation((requests) => {
        renewals.push(requests[0]?.ledger[startField('worker')]);
        return renew(requests);
      });
      await clock.advance(30_000);
      const first = Date.parse('2026-01-01T00:00:00Z');
      expect(renewals).toEqual([10_000, 20_000, 30_000].map((at) => String(first + at - 100)));
      expect(one.connection.records).toEqual([]);
    });

    it('sends the very last of it with the release', async () => {
      const one = replica('one', [testWorker(every(100), () => undefined)]).start();
      const release = jest.spyOn(store, 'release');
      await clock.advance(5_050);
      await one.stop();
      const last = Date.parse('2026-01-01T00:00:05Z');
      expect(release.mock.calls[0]?.[0].ledger).toMatchObject({ [startField('worker')]: String(last) });
    });

    it('sends again what a lost renewal took along', async () => {
      replica('one', [testWorker(every(7_000), () => undefined)]).start();
      await clock.advance(9_000);
      store.failNext(1);
      await clock.advance(1_000);
      await clock.advance(5_000);
      const [reply] = await Promise.all([readLedger()]);
      expect(reply).toMatchObject({ [startField('worker')]: String(Date.parse('2026-01-01T00:00:07Z')) });
    });

    it('keeps the terms of the key, who led and why it ended', async () => {
      const one = replica('one', [testWorker(every(1_000), () => undefined)]).start();
      await clock.advance(5_000);
      await one.stop();
      const two = replica('two', [testWorker(every(1_000), () => undefined)]).start();
      await clock.advance(11_000);
      two.kill();
      const first = Date.parse('2026-01-01T00:00:00Z');
      expect(decodeTerms((await readLedger())?.[TERMS_FIELD])).toEqual([
        { holder: 'one', token: first, from: first, to: first + 5_000, reason: 'stop' },
        { holder: 'two', token: first + 5_000, from: first + 5_000, to: null, reason: null },
      ]);
    });

    describe('of a leader that was killed', () => {
      const began = Date.parse('2026-01-01T00:00:00Z');

      async function killed(schedule: ScheduleSpec, successor: 'watches' | 'comes later') {
        const workers = () => [testWorker(schedule, () => undefined)];
        const one = replica('one', workers()).start();
        const two = replica('two', workers());
        await clock.advance(1);
        if (successor === 'watches') two.start();
        await clock.advance(15_500);
        one.kill();
        await clock.advance(60_000);
        if (successor !== 'watches') two.start();
        await clock.advance(11_000);
        const [first, second] = decodeTerms((await readLedger())?.[TERMS_FIELD]);
        expect(first).toMatchObject({ holder: 'one', to: null });
        expect(second).toMatchObject({ holder: 'two', to: null });
        expect(second).not.toHaveProperty('lastSign');
        return { lastSign: first!.lastSign! - began, from: second!.from - began };
      }

      it('keeps when its successor saw that it had renewed, however seldom it works', async () => {
        const { lastSign, from } = await killed(every(3_600_000), 'watches');
        expect(lastSign).toBeGreaterThanOrEqual(10_000);
        expect(lastSign).toBeLessThan(10_100);
        expect(from).toBeGreaterThan(40_000);
      });

      it('keeps the last sign of its work where nobody watched, and not the time of its successor', async () => {
        // It renewed after ten seconds; of what it did since, nobody can know.
        expect((await killed(every(1_000), 'comes later')).lastSign).toBe(9_000);
      });
    });

    it('counts on where the last leader stopped', async () => {
      const one = replica('one', [testWorker(every(1_000), () => undefined)]).start();
      await clock.advance(5_500);
      await one.stop();
      const two = replica('two', [testWorker(every(1_000), () => undefined)]).start();
      await clock.advance(5_000);
      await two.stop();
      expect(decodeWorkerRecord((await readLedger())?.[recordField('worker')])).toMatchObject({
        iterations: 10,
        succeeded: 10,
        errors: 0,
      });
    });

    it('has nothing to send before the first term', () => {
      expect(new Runner(clock).unsavedEntries()).toEqual({});
    });

    async function readLedger() {
      store.delete(TEST_KEY);
      const [reply] = await store.acquire([{ key: TEST_KEY, holder: 'reader', ttl: 1, tokenFloor: 0 }]);
      return reply?.outcome === 'acquired' ? reply.ledger : undefined;
    }
  });
});
