import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  Gate,
  TEST_KEY,
  TestReplica,
  type TestReplicaOptions,
  testWorker,
} from '../../spec-support/replica.js';
import { TestClock } from '../../testing/test-clock.js';
import { TestLeaseStore } from '../../testing/test-lease-store.js';
import type { Iteration } from '../iteration.js';
import type { ScheduleSpec, WorkerOptions } from '../worker-definition.js';
import { slotField } from './cron-entry.js';

type CronSpec = Omit<ScheduleSpec & { kind: 'cron' }, 'kind'>;

interface Given extends WorkerOptions {
  readonly run?: (iteration: Iteration) => unknown;
  readonly replica?: Partial<TestReplicaOptions>;
}

const EVERY_MINUTE: CronSpec = { pattern: '* * * * *', timeZone: 'UTC' };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('CronSchedule', () => {
  let clock: TestClock;
  let store: TestLeaseStore;
  let warnings: string[];
  /** The slots that ran in this test, as `HH:MM:SS`, with the replica in front. */
  let ran: string[];

  beforeEach(() => {
    Logger.overrideLogger(false);
    warnings = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((text: unknown) => {
      warnings.push(String(text));
    });
    clock = new TestClock(new Date('2026-01-01T11:59:30Z'));
    store = new TestLeaseStore(clock);
    ran = [];
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  function replica(id: string, cron: CronSpec = EVERY_MINUTE, given: Given = {}): TestReplica {
    const { run = () => undefined, replica: how, ...options } = given;
    const work = (iteration: Iteration) => {
      ran.push(`${id} ${time(iteration.scheduledAt)}`);
      return run(iteration);
    };
    const workers = [testWorker({ kind: 'cron', ...cron }, work, options)];
    return new TestReplica(id, { clock, store, workers, ...how });
  }

  const time = (date: Date) => date.toISOString().slice(11, 19);
  const wait = (ms: number) => () => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
  const forEver = () => new Gate().opened;
  const leads = (one: TestReplica) => clock.advanceUntil(() => one.elector.isLeader, { step: 100 });
  /** Lets time pass until the fleet's wall clock says so. */
  const until = (text: string) => clock.advance(Date.parse(`2026-01-01T${text}Z`) - clock.wall());

  /** What the store's ledger says of the worker, by asking for a write that it must refuse. */
  async function entry(of: TestReplica): Promise<unknown> {
    const { state } = of.elector;
    if (state.phase !== 'leading') throw new Error('Only a leader can ask');
    const { key, holder, fencingToken: token } = state.term;
    const reply = await store.record({
      key,
      holder,
      token,
      field: slotField('worker'),
      value: '(nothing)',
      expected: '(nothing)',
    });
    return reply.outcome === 'conflict' && reply.current !== null
      ? (JSON.parse(reply.current) as unknown)
      : reply;
  }

  /** Puts an entry into the ledger before the test begins. */
  async function seed(value: string, worker = 'worker'): Promise<void> {
    const lease = { key: TEST_KEY, holder: 'seed' };
    const [reply] = await store.acquire([{ ...lease, ttl: 1_000, tokenFloor: 0 }]);
    const token = reply?.outcome === 'acquired' ? reply.token : 0;
    await store.release({ ...lease, token, ledger: { [slotField(worker)]: value } });
  }

  const settledAt = (text: string) =>
    JSON.stringify({ pattern: '* * * * * UTC', through: Date.parse(`2026-01-01T${text}Z`) });

  describe('a leader', () => {
    it('runs every slot at its time', async () => {
      const starts: string[] = [];
      replica('a', EVERY_MINUTE, { run: () => starts.push(time(new Date(clock.wall()))) }).start();
      await until('12:02:30');
      expect(ran).toEqual(['a 12:00:00', 'a 12:01:00', 'a 12:02:00']);
      expect(starts).toEqual(['12:00:00', '12:01:00', '12:02:00']);
    });

    it('tells when the next slot is', async () => {
      const a = replica('a').start();
      await clock.advance(0);
      expect(a.worker().nextRunAt).toEqual(new Date('2026-01-01T12:00:00Z'));
      await until('12:00:00');
      expect(a.worker().nextRunAt).toEqual(new Date('2026-01-01T12:01:00Z'));
      await a.stop();
      expect(a.worker().nextRunAt).toBeUndefined();
    });

    it('runs six-field patterns in a zone', async () => {
      replica('a', { pattern: '15 0 7 * * *', timeZone: 'America/New_York' }).start();
      await until('12:01:00');
      expect(ran).toEqual(['a 12:00:15']);
    });

    it('does not run slots of before it was known at all', async () => {
      replica('a', { pattern: '*/10 * * * * *', timeZone: 'UTC' }).start();
      await clock.advance(0);
      expect(ran).toEqual([]);
    });

    it('does nothing at all before it leads', async () => {
      store.set(TEST_KEY, 'somebody');
      const a = replica('a').start();
      await until('12:05:00');
      expect(ran).toEqual([]);
      expect(a.connection.records).toEqual([]);
    });
  });

  describe('the claim', () => {
    it('is in the ledger before the iteration begins, under its token, and settled behind it', async () => {
      const during: unknown[] = [];
      const a: TestReplica = replica('a', EVERY_MINUTE, {
        run: async () => during.push(await entry(a)),
      }).start();
      await until('12:00:10');
      const slot = Date.parse('2026-01-01T12:00:00Z');
      const { state } = a.elector;
      const token = state.phase === 'leading' ? state.term.fencingToken : 0;
      expect(during).toEqual([{ pattern: '* * * * * UTC', through: slot, running: { slot, token } }]);
      expect(await entry(a)).toEqual({ pattern: '* * * * * UTC', through: slot });
    });

    it('is settled behind an iteration that failed: it is not run again', async () => {
      const a = replica('a', EVERY_MINUTE, { run: () => Promise.reject(new Error('sick')) }).start();
      await until('12:00:10');
      expect(await entry(a)).not.toHaveProperty('running');
      a.kill();
      await leads(replica('b', EVERY_MINUTE, { onInterrupted: 'rerun' }).start());
      expect(ran).toEqual(['a 12:00:00']);
    });

    it('is refused to a leader that does not know yet that it is none', async () => {
      const a = replica('a').start();
      await until('11:59:59');
      store.set(TEST_KEY, 'thief', 30 * SECOND);
      await until('12:00:05');
      expect(ran).toEqual([]);
      expect(a.elector.isLeader).toBe(false);
    });

    it('is asked for again while the store does not answer, and the slot runs once', async () => {
      const a = replica('a').start();
      await until('11:59:59');
      a.connection.disturb('lost-command', 'lost-command');
      await until('12:00:10');
      expect(ran).toEqual(['a 12:00:00']);
      expect(a.worker().metrics).toMatchObject({ iterations: 1, missed: 0, skipped: 0 });
    });

    it('is made whole if only its reply got lost', async () => {
      const a = replica('a').start();
      await until('11:59:59');
      a.connection.disturb('lost-reply', 'lost-reply');
      await until('12:01:10');
      expect(ran).toEqual(['a 12:00:00', 'a 12:01:00']);
    });

    it('is not undone by a late command of before', async () => {
      const a = replica('a', { pattern: '*/5 * * * * *', timeZone: 'UTC' }).start();
      await until('11:59:51');
      const [stale] = a.connection.records.slice(-1);
      await until('11:59:56');
      if (stale) await store.record(stale);
      expect(await entry(a)).toMatchObject({ through: Date.parse('2026-01-01T11:59:55Z') });
    });

    it('is kept when the settling reply is lost: the slot does not count as interrupted', async () => {
      const loseTheNext = () => a.connection.disturb('lost-command');
      const a: TestReplica = replica('a', EVERY_MINUTE, { run: loseTheNext }).start();
      await until('12:00:30');
      a.kill();
      const b = replica('b', EVERY_MINUTE, { onInterrupted: 'rerun' }).start();
      await leads(b);
      await clock.advance(0);
      expect(ran.filter((line) => line.endsWith('12:00:00'))).toEqual(['a 12:00:00']);
      expect(b.worker().metrics.missed).toBe(0);
    });
  });

  describe('two replicas', () => {
    it('run every slot once', async () => {
      const every5 = { pattern: '*/5 * * * * *', timeZone: 'UTC' };
      replica('a', every5).start();
      replica('b', every5).start();
      await until('12:09:59');
      expect(ran).toHaveLength(125);
      expect(new Set(ran.map((line) => line.slice(2))).size).toBe(125);
    });

    it('run every slot once while they hand over in order again and again', async () => {
      const every5 = { pattern: '*/5 * * * * *', timeZone: 'UTC' };
      const fleet = [replica('a', every5).start(), replica('b', every5).start()];
      for (let i = 0; i < 20; i++) {
        await clock.advance(13_700);
        const leader = fleet.find((one) => one.elector.isLeader);
        void leader?.elector.stepDown();
        await clock.advance(100);
      }
      await clock.advance(1);
      const slots = ran.map((line) => line.slice(2));
      expect(new Set(slots).size).toBe(slots.length);
      const passed = Math.floor((clock.wall() - Date.parse('2026-01-01T11:59:30Z')) / 5_000);
      expect(slots).toHaveLength(passed);
      expect(new Set(ran.map((line) => line[0]))).toEqual(new Set(['a', 'b']));
    });

    it.each([-5_000, 5_000])('run a slot once though the clock of the second is %d ms off', async (skew) => {
      const a = replica('a').start();
      await until('12:00:02');
      const b = replica('b', EVERY_MINUTE, { replica: { skew } }).start();
      await a.stop();
      await until('12:00:50');
      expect(ran).toEqual(['a 12:00:00']);
      await until('12:01:10');
      expect(ran).toEqual(['a 12:00:00', 'b 12:01:00']);
      expect(b.worker().metrics.missed).toBe(0);
    });
  });

  describe('a slot that passed while nobody led', () => {
    async function killedBefore(slots: number, given: Given = {}, cron = EVERY_MINUTE): Promise<TestReplica> {
      const a = replica('a', cron).start();
      await until('11:59:59');
      a.kill();
      store.set(TEST_KEY, 'nobody', slots * MINUTE - 30 * SECOND);
      const b = replica('b', cron, given).start();
      await leads(b);
      await clock.advance(0);
      return b;
    }

    it('runs late, once, by default', async () => {
      const b = await killedBefore(1);
      expect(ran).toEqual(['b 12:00:00']);
      expect(b.worker().metrics).toMatchObject({ iterations: 1, missed: 0 });
      expect(warnings).toContainEqual(expect.stringContaining('Misfire: 1 slot passed'));
    });

    it('runs one late for all by default, the latest, and counts the others as missed', async () => {
      const b = await killedBefore(4);
      expect(ran).toEqual(['b 12:03:00']);
      expect(b.worker().metrics).toMatchObject({ iterations: 1, missed: 3 });
    });

    it("is given up with misfire: 'skip'", async () => {
      const b = await killedBefore(4, { misfire: 'skip' });
      expect(ran).toEqual([]);
      expect(b.worker().metrics).toMatchObject({ iterations: 0, missed: 4 });
      await until('12:04:00');
      expect(ran).toEqual(['b 12:04:00']);
    });

    it("runs with misfire: 'skip' too, if it is late by no more than the threshold", async () => {
      await killedBefore(4, { misfire: 'skip' }, { ...EVERY_MINUTE, threshold: 45 * SECOND });
      expect(ran).toEqual(['b 12:03:00']);
    });

    it("runs late with misfire: 'fire-all', each of them, in order", async () => {
      const b = await killedBefore(4, { misfire: 'fire-all' });
      expect(ran).toEqual(['b 12:00:00', 'b 12:01:00', 'b 12:02:00', 'b 12:03:00']);
      expect(b.worker().metrics).toMatchObject({ iterations: 4, missed: 0 });
    });

    it('is given up if it is later than the start deadline', async () => {
      const b = await killedBefore(4, { misfire: 'fire-all', startDeadline: 100 * SECOND });
      expect(ran).toEqual(['b 12:02:00', 'b 12:03:00']);
      expect(b.worker().metrics.missed).toBe(2);
    });

    it('is given up if it gets later than the start deadline while others go first', async () => {
      const startDeadline = 100 * SECOND;
      const b = await killedBefore(4, { misfire: 'fire-all', startDeadline, run: wait(80 * SECOND) });
      await until('12:05:00');
      // At 12:03:30 two were in time, but the first of them ran until 12:04:50.
      expect(ran).toEqual(['b 12:02:00', 'b 12:04:00']);
      expect(b.worker().metrics.missed).toBe(3);
    });

    it('is given up with all that passed if none is in time', async () => {
      const b = await killedBefore(4, { startDeadline: 1 });
      expect(ran).toEqual([]);
      expect(b.worker().metrics.missed).toBe(4);
      await until('12:04:00');
      expect(ran).toEqual(['b 12:04:00']);
    });

    it('is not made up for twice by two successors', async () => {
      const b = await killedBefore(2);
      b.kill();
      const c = replica('c').start();
      await leads(c);
      expect(ran.filter((line) => line.endsWith('12:01:00'))).toEqual(['b 12:01:00']);
    });

    it('is one of the latest 1,000, however many there were', async () => {
      await seed(JSON.stringify({ pattern: '* * * * * UTC', through: 0 }));
      const a = replica('a', EVERY_MINUTE, { misfire: 'fire-all' }).start();
      await clock.advance(0);
      expect(ran).toHaveLength(1_000);
      expect(ran.at(-1)).toBe('a 11:59:00');
      expect(a.worker().metrics.iterations).toBe(1_000);
    });
  });

  describe('a leader that dies', () => {
    it('before the claim leaves the slot to its successor', async () => {
      const a = replica('a').start();
      await until('11:59:59');
      a.kill();
      await leads(replica('b').start());
      await clock.advance(0);
      expect(ran).toEqual(['b 12:00:00']);
    });

    it('with a claim that did not reach the store leaves the slot to its successor', async () => {
      const a = replica('a').start();
      await until('11:59:59');
      a.connection.disturb('lost-command');
      await until('12:00:00');
      a.kill();
      await leads(replica('b').start());
      await clock.advance(0);
      expect(ran).toEqual(['b 12:00:00']);
    });

    it.each([
      ['skip', []],
      ['rerun', ['b 12:00:00']],
    ] as const)(
      'with a claim that reached the store, not knowing it: %s',
      async (onInterrupted, expected) => {
        const a = replica('a').start();
        await until('11:59:59');
        a.connection.disturb('late-reply');
        await until('12:00:00');
        a.kill();
        a.connection.deliver();
        await leads(replica('b', EVERY_MINUTE, { onInterrupted }).start());
        await clock.advance(0);
        expect(ran).toEqual(expected);
      },
    );

    it('while the slot runs: the successor skips it by default, says so, and counts it as missed', async () => {
      const a = replica('a', EVERY_MINUTE, { run: forEver }).start();
      await until('12:00:10');
      a.kill();
      const b = replica('b').start();
      await leads(b);
      await clock.advance(0);
      expect(ran).toEqual(['a 12:00:00']);
      expect(b.worker().metrics).toMatchObject({ missed: 1, iterations: 0 });
      expect(warnings).toContainEqual(
        expect.stringMatching(/Slot 2026-01-01T12:00:00.000Z was started under token \d+ and not finished/),
      );
    });

    it("while the slot runs: the successor runs it again with onInterrupted: 'rerun', under a larger token", async () => {
      const tokens: number[] = [];
      const run = ({ fencingToken }: Iteration) => {
        tokens.push(fencingToken);
        return tokens.length === 1 ? forEver() : undefined;
      };
      const a = replica('a', EVERY_MINUTE, { run, onInterrupted: 'rerun' }).start();
      await until('12:00:10');
      a.kill();
      const b = replica('b', EVERY_MINUTE, { run, onInterrupted: 'rerun' }).start();
      await leads(b);
      await clock.advance(0);
      expect(ran).toEqual(['a 12:00:00', 'b 12:00:00']);
      expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Infinity);
      expect(await entry(b)).not.toHaveProperty('running');
    });

    it('while the slot runs: another successor does not skip or rerun it once more', async () => {
      const a = replica('a', EVERY_MINUTE, { run: forEver }).start();
      await until('12:00:10');
      a.kill();
      const b = replica('b').start();
      await leads(b);
      await clock.advance(100);
      b.kill();
      const c = replica('c', EVERY_MINUTE, { onInterrupted: 'rerun' }).start();
      await leads(c);
      expect(ran.filter((line) => line.endsWith('12:00:00'))).toEqual(['a 12:00:00']);
    });

    it('while the slot runs: a slot that passed before the successor came is missed, not skipped, and runs late', async () => {
      const run = () => (ran.length === 1 ? forEver() : undefined);
      const a = replica('a', EVERY_MINUTE, { run, onInterrupted: 'rerun' }).start();
      await until('12:00:50');
      a.kill();
      store.set(TEST_KEY, 'nobody', 100 * SECOND);
      const b = replica('b', EVERY_MINUTE, { run, onInterrupted: 'rerun' }).start();
      await leads(b);
      await clock.advance(0);
      expect(ran).toEqual(['a 12:00:00', 'b 12:00:00', 'b 12:02:00']);
      expect(b.worker().metrics).toMatchObject({ skipped: 0, missed: 1 });
    });

    it('while the slot runs: it is not run again later than the start deadline', async () => {
      const a = replica('a', EVERY_MINUTE, { run: forEver }).start();
      await until('12:00:10');
      a.kill();
      const b = replica('b', EVERY_MINUTE, { onInterrupted: 'rerun', startDeadline: 20 * SECOND }).start();
      await leads(b);
      await clock.advance(0);
      expect(ran).toEqual(['a 12:00:00']);
      expect(b.worker().metrics.missed).toBe(1);
    });
  });

  describe('a term that ends', () => {
    it('between claim and start gives the slot back, and the successor runs it', async () => {
      const a = replica('a').start();
      const b = replica('b').start();
      await until('11:59:59');
      a.connection.disturb('late-reply');
      await until('12:00:00');
      const stopped = a.stop();
      await clock.advance(10);
      expect(ran).toEqual([]);
      a.connection.deliver();
      expect(await stopped).toBe(true);
      await clock.advance(10);
      expect(ran).toEqual(['b 12:00:00']);
      expect(b.worker().metrics.missed).toBe(0);
    });

    it('while the claim has no answer gives the slot back, and the drain is not held up by it', async () => {
      const a = replica('a').start();
      replica('b').start();
      await until('11:59:59');
      a.connection.disturb('lost-reply');
      await until('12:00:00');
      expect(await a.stop()).toBe(true);
      await clock.advance(10);
      expect(ran).toEqual(['b 12:00:00']);
    });

    it('by its deadline, between claim and start, gives the slot back too', async () => {
      const a = replica('a').start();
      await until('11:59:59');
      a.connection.disturb('late-reply');
      await until('12:00:00');
      clock.stall(25 * SECOND);
      a.connection.deliver();
      await clock.advance(100);
      // Nobody else is there: it is elected again, and the slot runs under the new term.
      expect(ran).toEqual(['a 12:00:00']);
      expect(a.worker().metrics).toMatchObject({ iterations: 1, missed: 0 });
    });

    it('with the worker stopped between claim and start, gives the slot back', async () => {
      const a = replica('a').start();
      await until('11:59:59');
      a.connection.disturb('late-reply');
      await until('12:00:00');
      a.worker().stop();
      a.connection.deliver();
      await until('12:00:10');
      expect(ran).toEqual([]);
      expect(await entry(a)).toEqual({
        pattern: '* * * * * UTC',
        through: Date.parse('2026-01-01T11:59:30Z'),
      });
      a.worker().start();
      await clock.advance(0);
      expect(ran).toEqual(['a 12:00:00']);
    });

    it('with the worker stopped and started while a slot is on its way back, runs it', async () => {
      const a = replica('a').start();
      await until('11:59:59');
      a.connection.disturb('late-reply', 'late-reply');
      await until('12:00:00');
      a.worker().stop();
      a.connection.deliver();
      await clock.advance(0);
      a.worker().start();
      await clock.advance(0);
      expect(ran).toEqual([]);
      a.connection.deliver();
      await clock.advance(0);
      expect(ran).toEqual(['a 12:00:00']);
      expect(a.worker().metrics).toMatchObject({ missed: 0, skipped: 0 });
    });

    it('gives an interrupted slot back as interrupted', async () => {
      const a = replica('a', EVERY_MINUTE, { run: forEver }).start();
      await until('12:00:10');
      a.kill();
      const b = replica('b', EVERY_MINUTE, { onInterrupted: 'rerun' });
      b.connection.disturb('late-reply');
      b.start();
      await leads(b);
      await clock.advance(0);
      const stopped = b.stop();
      b.connection.deliver();
      await stopped;
      await leads(replica('c', EVERY_MINUTE, { onInterrupted: 'rerun' }).start());
      await clock.advance(0);
      expect(ran.slice(0, 2)).toEqual(['a 12:00:00', 'c 12:00:00']);
    });

    it('while the slot runs settles it if the work ends within the drain', async () => {
      const a = replica('a', EVERY_MINUTE, { run: wait(2 * SECOND) }).start();
      const b = replica('b', EVERY_MINUTE, { onInterrupted: 'rerun' }).start();
      await until('12:00:00');
      void a.stop();
      await until('12:00:30');
      expect(ran).toEqual(['a 12:00:00']);
      expect(await entry(b)).not.toHaveProperty('running');
    });

    it.each([
      ['skip', ['a 12:00:00']],
      ['rerun', ['a 12:00:00', 'b 12:00:00']],
    ] as const)(
      'while the slot runs leaves what was aborted to the successor: %s',
      async (onInterrupted, expected) => {
        const run = ({ signal }: Iteration) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          );
        const a = replica('a', EVERY_MINUTE, { run }).start();
        replica('b', EVERY_MINUTE, { onInterrupted }).start();
        await until('12:00:05');
        void a.stop();
        await until('12:00:30');
        expect(ran).toEqual(expected);
      },
    );
  });

  describe('overlapping slots', () => {
    it('are skipped and counted while an iteration runs', async () => {
      const a = replica('a', EVERY_MINUTE, { run: wait(150 * SECOND) }).start();
      await until('12:04:00');
      expect(ran).toEqual(['a 12:00:00', 'a 12:03:00']);
      expect(a.worker().metrics).toMatchObject({ skipped: 2, missed: 0 });
    });

    it('stay skipped after a failover', async () => {
      const a = replica('a', EVERY_MINUTE, { run: wait(150 * SECOND) }).start();
      await until('12:02:40');
      a.kill();
      const b = replica('b').start();
      await leads(b);
      await clock.advance(0);
      expect(ran).toEqual(['a 12:00:00', 'b 12:03:00']);
    });

    it("run one after the other with misfire: 'fire-all'", async () => {
      const every20 = { pattern: '*/20 * * * * *', timeZone: 'UTC' };
      const a = replica('a', every20, { run: wait(30 * SECOND), misfire: 'fire-all' }).start();
      await until('12:01:20');
      expect(ran).toEqual(['a 11:59:40', 'a 12:00:00', 'a 12:00:20', 'a 12:00:40']);
      expect(a.worker().metrics).toMatchObject({ skipped: 0, missed: 0 });
    });

    it('are skipped too if the running iteration was triggered by hand', async () => {
      const gate = new Gate();
      const a = replica('a', EVERY_MINUTE, { run: () => gate.opened }).start();
      await clock.advance(0);
      a.worker().attempt(clock.wall());
      await until('12:00:10');
      gate.open();
      await until('12:01:00');
      expect(ran.slice(1)).toEqual(['a 12:01:00']);
      expect(a.worker().metrics.skipped).toBe(1);
    });
  });

  describe('a paused worker', () => {
    it('skips its slots for good', async () => {
      const a = replica('a').start();
      await clock.advance(0);
      a.worker().pause();
      await until('12:02:30');
      a.worker().resume();
      await until('12:03:00');
      expect(ran).toEqual(['a 12:03:00']);
      expect(a.worker().metrics).toMatchObject({ skipped: 3, missed: 0 });
    });
  });

  describe('an open circuit breaker', () => {
    it('skips slots for good, and quietly', async () => {
      const a = replica('a', EVERY_MINUTE, {
        run: () => Promise.reject(new Error('sick')),
        circuitBreaker: { failureThreshold: 1, openDuration: 150 * SECOND },
      }).start();
      await until('12:03:30');
      expect(ran).toEqual(['a 12:00:00', 'a 12:03:00']);
      expect(a.worker().metrics).toMatchObject({ skipped: 0, missed: 0 });
      a.kill();
      await leads(replica('b').start());
      await clock.advance(0);
      expect(ran.filter((line) => /12:0[12]/.test(line))).toEqual([]);
    });
  });

  describe('another deployment', () => {
    it('with another pattern runs no slot of the time before it', async () => {
      const a = replica('a', { pattern: '0 * * * *', timeZone: 'UTC' }).start();
      await until('12:00:10');
      await a.stop();
      await until('12:30:30');
      replica('b', EVERY_MINUTE, { misfire: 'fire-all' }).start();
      await until('12:31:10');
      expect(ran).toEqual(['a 12:00:00', 'b 12:31:00']);
    });

    it('with another zone is another pattern', async () => {
      const a = replica('a').start();
      await until('12:00:10');
      await a.stop();
      await until('12:30:30');
      replica('b', { pattern: '* * * * *', timeZone: 'Europe/Berlin' }, { misfire: 'fire-all' }).start();
      await until('12:31:10');
      expect(ran).toEqual(['a 12:00:00', 'b 12:31:00']);
    });

    it('with the same pattern goes on where the old one was', async () => {
      const a = replica('a').start();
      await until('12:00:10');
      await a.stop();
      await until('12:02:30');
      replica('b', EVERY_MINUTE, { misfire: 'fire-all' }).start();
      await clock.advance(0);
      expect(ran).toEqual(['a 12:00:00', 'b 12:01:00', 'b 12:02:00']);
    });

    it('does not run again what another pattern has left as running', async () => {
      const a = replica('a', { pattern: '0 * * * *', timeZone: 'UTC' }, { run: forEver }).start();
      await until('12:00:10');
      a.kill();
      await leads(
        replica('b', { pattern: '30 * * * *', timeZone: 'UTC' }, { onInterrupted: 'rerun' }).start(),
      );
      await clock.advance(0);
      expect(ran).toEqual(['a 12:00:00']);
    });
  });

  describe('initial delay', () => {
    const delayed = { ...EVERY_MINUTE, initialDelay: 90 * SECOND };

    it('holds slots back for so long after the boot, for good where nothing is on record', async () => {
      const a = replica('a', delayed).start();
      await clock.advance(0);
      expect(a.worker().nextRunAt).toEqual(new Date('2026-01-01T12:02:00Z'));
      await until('12:02:10');
      expect(ran).toEqual(['a 12:02:00']);
    });

    it('holds a missed slot back, which then runs late', async () => {
      await seed(settledAt('11:58:00'));
      replica('a', delayed).start();
      await until('12:00:59');
      expect(ran).toEqual([]);
      await until('12:01:00');
      expect(ran).toEqual(['a 12:01:00']);
    });

    it('holds an interrupted slot back, too', async () => {
      const slot = Date.parse('2026-01-01T11:59:00Z');
      await seed(JSON.stringify({ pattern: '* * * * * UTC', through: slot, running: { slot, token: 1 } }));
      replica('a', delayed, { onInterrupted: 'rerun' }).start();
      await until('12:00:59');
      expect(ran).toEqual([]);
      await until('12:01:00');
      expect(ran).toEqual(['a 11:59:00', 'a 12:01:00']);
    });

    it('is over once for all terms of this boot', async () => {
      const a = replica('a', delayed);
      await until('12:02:30');
      a.start();
      await until('12:03:00');
      expect(ran).toEqual(['a 12:03:00']);
    });

    it('does not get longer because the wall clock was set back', async () => {
      await seed(settledAt('11:00:00'));
      const a = replica('a', delayed, { replica: { skew: 60 * MINUTE } });
      a.clock.step(-60 * MINUTE);
      a.start();
      await until('12:01:00');
      expect(ran).toEqual(['a 12:01:00']);
    });
  });

  describe('a Date', () => {
    const once: CronSpec = { pattern: new Date('2026-01-01T12:00:00.250Z') };

    it('is one slot', async () => {
      const a = replica('a', once).start();
      await clock.advance(0);
      expect(a.worker().nextRunAt).toEqual(once.pattern);
      await until('13:00:00');
      expect(ran).toEqual(['a 12:00:00']);
      expect(a.worker().nextRunAt).toBeUndefined();
    });

    it('does not run again after a failover or a restart', async () => {
      const a = replica('a', once).start();
      await until('12:00:10');
      await a.stop();
      replica('b', once).start();
      await until('12:30:00');
      expect(ran).toEqual(['a 12:00:00']);
    });

    it('runs late if it passed during a failover', async () => {
      const a = replica('a', once).start();
      await until('11:59:59');
      a.kill();
      await leads(replica('b', once).start());
      await clock.advance(0);
      expect(ran).toEqual(['b 12:00:00']);
    });

    it('does not run if it had passed before it was known', async () => {
      replica('a', { pattern: new Date('2025-12-31') }).start();
      await until('12:30:00');
      expect(ran).toEqual([]);
    });
  });

  describe('a wall clock that is set', () => {
    it.each([3 * 60, -3 * 60])(
      '%i min off changes nothing: slots are those of the store',
      async (minutes) => {
        const a = replica('a', EVERY_MINUTE, { replica: { skew: minutes * MINUTE } }).start();
        await until('12:01:10');
        expect(ran).toEqual(['a 12:00:00', 'a 12:01:00']);
        expect(a.worker().metrics).toMatchObject({ missed: 0, skipped: 0 });
        const wall = Date.parse('2026-01-01T12:02:00Z') + minutes * MINUTE;
        expect(a.worker().nextRunAt).toEqual(new Date(wall));
      },
    );

    it('again and again changes nothing', async () => {
      const a = replica('a').start();
      for (let i = 0; i < 6; i += 1) {
        a.clock.step((i % 2 === 0 ? 1 : -1) * 5 * SECOND);
        await clock.advance(20 * SECOND);
      }
      await until('12:03:10');
      expect(ran).toEqual(['a 12:00:00', 'a 12:01:00', 'a 12:02:00', 'a 12:03:00']);
    });

    it('back repeats no slot', async () => {
      const a = replica('a').start();
      await until('12:05:10');
      a.clock.step(-8 * SECOND);
      await until('12:06:20');
      expect(ran).toHaveLength(7);
      expect(new Set(ran).size).toBe(7);
    });

    it('back during an iteration repeats no slot', async () => {
      const a = replica('a', EVERY_MINUTE, { run: wait(5 * SECOND) }).start();
      await until('12:00:02');
      a.clock.step(-20 * SECOND);
      await until('12:01:25');
      expect(ran).toEqual(['a 12:00:00', 'a 12:01:00']);
    });

    it('back behind the boot does not hold slots back', async () => {
      await seed(settledAt('11:59:00'));
      const a = replica('a', EVERY_MINUTE, { replica: { skew: 60 * MINUTE } });
      a.clock.step(-60 * MINUTE);
      a.start();
      await until('12:00:30');
      expect(ran).toEqual(['a 12:00:00']);
    });
  });

  describe('a clock of the store that was wrong', () => {
    it('does not keep slots back that it settled ahead of time, and that is said', async () => {
      await seed(settledAt('18:00:00'));
      replica('a').start();
      await until('12:02:00');
      expect(ran).toEqual(['a 12:00:00', 'a 12:01:00', 'a 12:02:00']);
      expect(warnings).toContainEqual(
        expect.stringContaining('All slots up to 2026-01-01T18:00:00.000Z are said to be settled'),
      );
    });

    it('nor during a term', async () => {
      replica('a').start();
      await until('12:00:10');
      clock.stepWall(8 * 60 * MINUTE);
      await clock.advance(6 * MINUTE);
      clock.stepWall(-8 * 60 * MINUTE);
      await clock.advance(MINUTE);
      const before = ran.length;
      await clock.advance(2 * MINUTE);
      expect(ran.slice(before)).toHaveLength(2);
      expect(warnings.filter((text) => text.includes('That is not believed'))).toHaveLength(1);
    });

    it('is believed where it is a little ahead: no slot runs twice', async () => {
      await seed(settledAt('12:00:00'));
      replica('a').start();
      await until('12:02:10');
      expect(ran).toEqual(['a 12:01:00', 'a 12:02:00']);
    });
  });

  describe('the ledger', () => {
    it('may be wiped during a term', async () => {
      const a = replica('a').start();
      await until('12:00:10');
      jest
        .spyOn(store, 'record')
        .mockImplementationOnce(() => Promise.resolve({ outcome: 'conflict', current: null }));
      await until('12:01:10');
      expect(ran).toEqual(['a 12:00:00', 'a 12:01:00']);
      expect(a.worker().metrics.missed).toBe(0);
    });

    it('may be of a backup: a slot that ran since runs once more, late', async () => {
      const a = replica('a').start();
      await until('12:00:10');
      const backup = JSON.stringify(await entry(a));
      await until('12:01:10');
      expect(JSON.stringify(await entry(a))).not.toBe(backup);
      await a.stop();
      await seed(backup);
      replica('b').start();
      await until('12:01:30');
      expect(ran).toEqual(['a 12:00:00', 'a 12:01:00', 'b 12:01:00']);
    });

    it('may be written to by others during a term: what they settled is not run', async () => {
      const a = replica('a').start();
      await until('12:00:10');
      const { state } = a.elector;
      if (state.phase !== 'leading') throw new Error('It should lead');
      const { key, holder, fencingToken: token } = state.term;
      await store.record({ key, holder, token, field: slotField('worker'), value: settledAt('12:02:00') });
      await until('12:03:00');
      expect(ran).toEqual(['a 12:00:00', 'a 12:03:00']);
    });

    it.each([
      '',
      'garbage',
      'null',
      '[1,2]',
      '{"pattern":"* * * * * UTC","through":1e300}',
      '{"pattern":"* * * * * UTC","through":8640000000000000}',
      '{"pattern":"* * * * * UTC","through":"2026"}',
      '{"pattern":{"toString":1},"through":0}',
    ])('may hold garbage: %s', async (garbage) => {
      await seed(garbage);
      replica('a').start();
      await until('12:00:10');
      expect(ran).toEqual(['a 12:00:00']);
    });

    it('may hold a running slot that is garbage: it is not run', async () => {
      const through = Date.parse('2026-01-01T11:59:00Z');
      for (const running of [
        { slot: 1e300, token: 1 },
        { slot: null, token: 1 },
        'yes',
        { slot: through + 1, token: 1 },
      ]) {
        await seed(JSON.stringify({ pattern: '* * * * * UTC', through, running }));
        const a = replica('a', EVERY_MINUTE, { onInterrupted: 'rerun' }).start();
        await clock.advance(0);
        await a.stop();
      }
      expect(ran).toEqual([]);
    });

    it('with garbage of one worker does not keep the others of the key from beginning', async () => {
      await seed('{"pattern":"* * * * * UTC","through":1e300}', 'first');
      const work = ({ worker }: Iteration) => ran.push(worker);
      const schedule = { kind: 'cron', ...EVERY_MINUTE } as const;
      const workers = ['first', 'second'].map((name) => testWorker(schedule, work, {}, name));
      new TestReplica('a', { clock, store, workers }).start();
      await until('12:00:10');
      expect(ran).toEqual(['first', 'second']);
    });
  });
});
