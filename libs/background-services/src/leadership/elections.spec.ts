import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger, type LoggerService } from '@nestjs/common';
import { LibraryLog } from '../logs/index.js';
import { type HeldLease, type Instant, instant, type Ledger } from '../lease/index.js';
import { TestClock, TestLeaseStore } from '../testing/index.js';
import type { Duties } from './duties.js';
import { Elections } from './elections.js';
import type { Elector } from './elector.js';
import type { LeaseKeeper } from './keeper/index.js';
import { SharedLease } from './keeper/shared-lease.js';
import type { Term } from './term.js';

const TIMING = {
  ttl: 30_000,
  renewInterval: 10_000,
  renewDeadline: 20_000,
  retryInterval: 10_000,
  jitter: 0.2,
};
const KEY = 'orders';

/** Duties that write down what happens to them, and drain when they are told. */
class RecordingDuties implements Duties {
  readonly events: string[] = [];
  readonly terms: Term[] = [];
  ledgers: Ledger[] = [];
  entries: Record<string, string> = {};
  busy: string[] = [];
  drainDone: () => void = () => undefined;

  constructor(private readonly clock: TestClock) {}

  get term(): Term | undefined {
    return this.terms.at(-1);
  }

  begin(term: Term, ledger: Ledger): void {
    this.events.push('begin');
    this.terms.push(term);
    this.ledgers.push(ledger);
    term.signal.addEventListener('abort', () =>
      this.events.push(term.isLive() ? 'abort with open gate' : 'abort'),
    );
  }

  async drain(_term: Term, timeout: number): Promise<readonly string[]> {
    this.events.push('drain');
    if (this.busy.length === 0) return [];
    await new Promise<void>((resolve) => {
      this.drainDone = () => {
        this.busy = [];
        resolve();
      };
      this.clock.setTimeout(resolve, timeout);
    });
    return this.busy;
  }

  unsavedEntries(): Ledger {
    return { ...this.entries };
  }

  markSaved(entries: Ledger): void {
    for (const field of Object.keys(entries)) delete this.entries[field];
  }
}

describe('Elections', () => {
  let clock: TestClock;
  let store: TestLeaseStore;

  beforeEach(() => {
    Logger.overrideLogger(false);
    clock = new TestClock();
    store = new TestLeaseStore(clock);
  });

  afterEach(() => {
    Logger.overrideLogger(['error', 'warn', 'log']);
  });

  interface Settings {
    readonly random?: () => number;
    readonly drainTimeout?: number;
    readonly keeper?: LeaseKeeper;
  }

  function replica(instanceId: string, { random = () => 0.5, drainTimeout = 5_000, keeper }: Settings = {}) {
    const elections = new Elections({
      instanceId,
      store,
      clock,
      random,
      timing: TIMING,
      drainTimeout,
      logger: new LibraryLog(new Logger(instanceId)),
      keeper,
    });
    const duties = new RecordingDuties(clock);
    const elector = elections.open(KEY, duties);
    return { elections, duties, elector };
  }

  async function leaderAndStandby() {
    const a = replica('a');
    const b = replica('b');
    a.elector.start();
    await clock.advance(0);
    b.elector.start();
    await clock.advance(0);
    return { a, b };
  }

  /** What the keeper of replica `a` was given, in the order of the terms. */
  function kept(): { readonly keeper: LeaseKeeper; readonly leases: SharedLease[] } {
    const leases: SharedLease[] = [];
    const keep = (_lease: HeldLease, sentAt: Instant) => {
      const lease = SharedLease.since(sentAt);
      leases.push(lease);
      return lease;
    };
    return { keeper: { ready: Promise.resolve(), keep, close: () => Promise.resolve() }, leases };
  }

  const holder = async () => (await store.inspect([KEY]))[0]?.holder;

  describe('becoming leader', () => {
    it('makes the first of two replicas lead and the other stand by', async () => {
      const { a, b } = await leaderAndStandby();
      expect([a.elector.isLeader, b.elector.isLeader]).toEqual([true, false]);
      expect(b.elector.leader).toBe('a');
      expect(await holder()).toBe('a');
    });

    it('gives every term a larger token', async () => {
      const a = replica('a');
      a.elector.start();
      const tokens: number[] = [];
      for (let terms = 1; terms <= 5; terms++) {
        await clock.advanceUntil(() => a.duties.terms.length === terms);
        tokens.push(a.duties.term?.fencingToken ?? 0);
        store.delete(KEY);
      }
      expect(tokens).toEqual([...tokens].sort((x, y) => x - y));
      expect(new Set(tokens).size).toBe(5);
    });

    it('is not blocked by its own lost reply', async () => {
      const a = replica('a');
      store.set(KEY, 'a', 30_000);
      a.elector.start();
      await clock.advance(0);
      expect(a.elector.isLeader).toBe(true);
    });

    it('goes on leading if beginning the work throws', async () => {
      const a = replica('a');
      a.duties.begin = () => {
        throw new Error('boom');
      };
      a.elector.start();
      await clock.advance(100_000);
      expect(a.elector.isLeader).toBe(true);
    });

    it('tries again every fifteenth of the TTL while the store fails', async () => {
      const a = replica('a');
      store.failNext(3);
      a.elector.start();
      await clock.advanceUntil(() => a.elector.isLeader);
      expect(clock.monotonic()).toBeLessThanOrEqual(3 * 2_000 * 1.2 + 10);
    });
  });

  describe('standing by', () => {
    it('takes over at the expiry of a silent leader plus at most 50 ms', async () => {
      store.set(KEY, 'gone', 30_000);
      const b = replica('b', { random: () => 0.999 });
      b.elector.start();
      await clock.advanceUntil(() => b.elector.isLeader, { step: 1 });
      expect(clock.monotonic()).toBeGreaterThanOrEqual(30_000);
      expect(clock.monotonic()).toBeLessThanOrEqual(30_051);
    });

    it('takes over within 10 ms when the leader releases', async () => {
      const { a, b } = await leaderAndStandby();
      void a.elector.stop();
      await clock.advance(10);
      expect(b.elector.isLeader).toBe(true);
    });

    it.each([
      [
        'leaves',
        (a: ReturnType<typeof replica>, keys: readonly string[]) => {
          for (const key of keys) void a.elections.get(key)?.stop();
        },
      ],
      ['dies', (a: ReturnType<typeof replica>) => a.elections.close()],
    ])('takes all keys of a leader that %s in one round trip', async (_how, end) => {
      const keys = Array.from({ length: 100 }, (_, i) => `key-${i}`);
      const [a, b] = [replica('a'), replica('b', { random: () => 0.999 })];
      for (const { elections, duties } of [a, b]) {
        for (const key of keys) elections.open(key, duties).start();
        await clock.advance(1);
      }
      const acquire = jest.spyOn(store, 'acquire');
      end(a, keys);
      const all = () => keys.every((key) => b.elections.get(key)?.isLeader);
      await clock.advanceUntil(all, { step: 1, limit: 30_051 });
      const fruitful = await Promise.all(
        acquire.mock.results.map(({ value }) => value as ReturnType<typeof store.acquire>),
      );
      expect(
        fruitful.filter((replies) => replies.some(({ outcome }) => outcome === 'acquired')),
      ).toHaveLength(1);
    });

    it('tries again at once when the release is heard of before the reply that it is held', async () => {
      const { a, b } = await leaderAndStandby();
      const acquire = store.acquire.bind(store);
      let answer: () => void = () => undefined;
      store.acquire = async (requests) => {
        const replies = await acquire(requests);
        await new Promise<void>((resolve) => (answer = resolve));
        store.acquire = acquire;
        return replies;
      };
      await clock.advanceUntil(() => b.elector.dueAt === undefined);
      void a.elector.stop();
      await clock.advance(1);
      expect(b.elector.isLeader).toBe(false);
      answer();
      await clock.advance(10);
      expect(b.elector.isLeader).toBe(true);
    });

    it('respects DISABLED for as long as it is there, and overwrites it never', async () => {
      const { a, b } = await leaderAndStandby();
      store.set(KEY, 'DISABLED', 60_000);
      await clock.advance(10_000);
      expect([a.elector.isLeader, b.elector.isLeader]).toEqual([false, false]);
      for (let second = 10; second < 60; second++) {
        expect(await holder()).toBe('DISABLED');
        await clock.advance(1_000);
      }
      await clock.advance(300);
      expect(a.elector.isLeader || b.elector.isLeader).toBe(true);
    });

    it('waits on a key that never expires without giving up', async () => {
      store.set(KEY, 'DISABLED');
      const a = replica('a');
      a.elector.start();
      await clock.advance(3_600_000);
      expect(a.elector.isLeader).toBe(false);
      store.delete(KEY);
      await clock.advance(12_000);
      expect(a.elector.isLeader).toBe(true);
    });
  });

  describe('losing the lease', () => {
    it('ends the term at the next renewal when the key is deleted, and begins a new one with a larger token', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(0);
      const first = a.duties.term;
      store.delete(KEY);
      await clock.advance(10_100);
      expect(first?.signal.aborted).toBe(true);
      expect(a.elector.isLeader).toBe(true);
      expect(a.duties.term?.fencingToken).toBeGreaterThan(first?.fencingToken ?? Infinity);
    });

    it('does not release what is not its own any more', async () => {
      const { a } = await leaderAndStandby();
      store.set(KEY, 'thief', 30_000);
      await clock.advance(10_100);
      expect(a.duties.events).toEqual(['begin', 'abort', 'drain']);
      expect(await holder()).toBe('thief');
    });

    it('keeps leading through errors that end before the renew deadline', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(9_000);
      store.failNext(4);
      await clock.advance(20_000);
      expect(a.duties.events).toEqual(['begin']);
      expect(a.elector.isLeader).toBe(true);
    });

    it('aborts within 50 ms of the renew deadline while commands hang, and leads again when they are answered', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(15_000);
      const lastSent = 10_000;
      store.freeze();
      await clock.advanceUntil(() => a.duties.term?.signal.aborted ?? false, { step: 1 });
      expect(clock.monotonic()).toBeGreaterThanOrEqual(lastSent + TIMING.renewDeadline);
      expect(clock.monotonic()).toBeLessThanOrEqual(lastSent + TIMING.renewDeadline + 50);
      store.thaw();
      await clock.advanceUntil(() => a.elector.isLeader);
      expect(a.duties.terms).toHaveLength(2);
    });

    it.each([8_000, 3_600_000])(
      'aborts within 50 ms when the wall clock is set forward by %d ms, past the deadline',
      async (step) => {
        const a = replica('a');
        a.elector.start();
        await clock.advance(5_000);
        store.freeze();
        await clock.advance(10_000);
        const [before] = a.duties.terms;
        clock.stepWall(step);
        expect(a.elector.isLeader).toBe(false);
        await clock.advance(50);
        expect(before?.signal.aborted).toBe(true);
        store.thaw();
        await clock.advance(10_000);
        expect(a.elector.isLeader).toBe(true);
      },
    );

    it.each([-8_000, -3_600_000])(
      'does not lead longer when the wall clock is set by %d ms',
      async (step) => {
        const a = replica('a');
        a.elector.start();
        await clock.advance(0);
        clock.stepWall(step);
        store.freeze();
        await clock.advance(20_000);
        expect(a.elector.isLeader).toBe(false);
      },
    );

    it('is no leader on waking from a stall of one and a half TTLs, before any timer has run', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(0);
      clock.stall(45_000);
      expect(a.elector.isLeader).toBe(false);
      expect(a.duties.term?.isLive()).toBe(false);
      await clock.advance(0);
      expect(a.duties.events.slice(0, 3)).toEqual(['begin', 'abort', 'drain']);
    });
  });

  describe('with a keeper', () => {
    it('goes on leading after a block that the keeper bridged', async () => {
      const { keeper, leases } = kept();
      const a = replica('a', { keeper });
      a.elector.start();
      await clock.advance(0);
      for (let beat = 0; beat < 9; beat++) {
        clock.stall(TIMING.renewInterval);
        leases[0]?.confirm(instant(clock));
        await store.renew([{ ...a.elector.renewRequest(a.duties.term!), ledger: {} }]);
      }
      await clock.advance(1);
      expect([a.elector.isLeader, a.duties.terms.length]).toEqual([true, 1]);
    });

    it('does not campaign before the keeper is ready', async () => {
      let ready: () => void = () => undefined;
      const keeper = { ...kept().keeper, ready: new Promise<void>((resolve) => (ready = resolve)) };
      const a = replica('a', { keeper });
      a.elector.start();
      await clock.advance(60_000);
      expect(a.elector.isLeader).toBe(false);
      ready();
      await clock.advance(1);
      expect(a.elector.isLeader).toBe(true);
    });

    it('steps down as lost when the keeper was told so, within 50 ms', async () => {
      const { keeper, leases } = kept();
      const a = replica('a', { keeper });
      a.elector.start();
      await clock.advance(0);
      store.set(KEY, 'b', 60_000);
      leases[0]?.lose();
      await clock.advance(50);
      expect(a.duties.term?.signal.reason).toMatchObject({ reason: 'lost' });
    });

    it.each<[string, (a: ReturnType<typeof replica>) => unknown]>([
      ['stopped', ({ elector }) => elector.stop()],
      ['at the deadline', () => clock.stall(TIMING.renewDeadline)],
      ['lost', () => store.set(KEY, 'b', 60_000)],
      ['stopped and not drained', ({ elector, duties }) => [(duties.busy = ['worker']), elector.stop()]],
    ])('keeps nothing any more once the term has ended: %s', async (_how, end) => {
      const { keeper, leases } = kept();
      const a = replica('a', { keeper });
      a.elector.start();
      await clock.advance(0);
      expect(leases[0]?.isKept).toBe(true);
      void end(a);
      await clock.advance(TIMING.renewInterval + 1);
      expect(leases[0]?.isKept).toBe(false);
    });
  });

  describe('stepping down', () => {
    it('closes the gate, aborts, drains and only then releases', async () => {
      const { a, b } = await leaderAndStandby();
      a.duties.busy = ['worker'];
      const stopped = a.elector.stop();
      await clock.advance(3_000);
      expect(a.duties.events).toEqual(['begin', 'abort', 'drain']);
      expect(await holder()).toBe('a');
      expect(b.elector.isLeader).toBe(false);
      a.duties.drainDone();
      await expect(stopped).resolves.toBe(true);
      await clock.advance(10);
      expect(await holder()).toBe('b');
    });

    it('goes on renewing while it drains', async () => {
      const a = replica('a', { drainTimeout: 60_000 });
      a.elector.start();
      await clock.advance(0);
      a.duties.busy = ['worker'];
      void a.elector.stop();
      await clock.advance(TIMING.ttl + 15_000);
      expect(await holder()).toBe('a');
    });

    it('stops renewing at once when the lease is lost while it drains', async () => {
      const a = replica('a', { drainTimeout: 60_000 });
      a.elector.start();
      await clock.advance(0);
      a.duties.busy = ['worker'];
      const stopped = a.elector.stop();
      store.set(KEY, 'thief', 100_000);
      await clock.advance(20_000);
      a.duties.drainDone();
      await stopped;
      expect(await holder()).toBe('thief');
    });

    it('does not wait for a store that hangs', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(0);
      store.freeze();
      const stopped = a.elector.stop();
      await clock.advance(TIMING.ttl / 5);
      await expect(stopped).resolves.toBe(true);
    });

    it('keeps the lease of work that does not drain, names it, and lets it expire', async () => {
      const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      const { a, b } = await leaderAndStandby();
      a.duties.busy = ['reports'];
      const stopped = a.elector.stop();
      await clock.advance(5_000);
      await expect(stopped).resolves.toBe(false);
      expect(error).toHaveBeenCalledWith(expect.stringContaining('reports'));
      expect(await holder()).toBe('a');
      await clock.advance(TIMING.ttl + 251);
      expect(b.elector.isLeader).toBe(true);
      error.mockRestore();
    });

    it('stays back after stepDown() so that another replica leads', async () => {
      const { a, b } = await leaderAndStandby();
      await Promise.all([a.elector.stepDown(), clock.advance(10)]);
      expect([a.elector.isLeader, b.elector.isLeader]).toEqual([false, true]);
    });

    it('stays back until its lease has expired if the release is not answered', async () => {
      const { a, b } = await leaderAndStandby();
      store.failNext(1);
      await Promise.all([a.elector.stepDown(), clock.advance(10)]);
      expect(await holder()).toBe('a');
      await clock.advance(TIMING.retryInterval);
      expect(a.elector.isLeader).toBe(false);
      await clock.advance(TIMING.ttl);
      expect([a.elector.isLeader, b.elector.isLeader]).toEqual([false, true]);
    });

    it('leads again after stepDown() if nobody else does', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(0);
      await Promise.all([a.elector.stepDown(), clock.advance(0)]);
      expect(a.elector.isLeader).toBe(false);
      await clock.advance(TIMING.retryInterval);
      expect(a.elector.isLeader).toBe(true);
    });

    it('saves the ledger with the release and hands it to the next leader', async () => {
      const { a, b } = await leaderAndStandby();
      a.duties.entries = { 'start:x': '42' };
      await Promise.all([a.elector.stop(), clock.advance(10)]);
      expect(b.duties.ledgers).toEqual([{ 'start:x': '42' }]);
    });

    it('gives back a lease that was granted while it was stopping', async () => {
      const a = replica('a');
      a.elector.start();
      const acquire = store.acquire.bind(store);
      let answer: () => void = () => undefined;
      store.acquire = async (requests) => {
        const replies = await acquire(requests);
        await new Promise<void>((resolve) => (answer = resolve));
        return replies;
      };
      await clock.advance(0);
      const stopped = a.elector.stop();
      answer();
      await stopped;
      await clock.advance(0);
      expect(await holder()).toBeNull();
      expect(a.duties.events).toEqual([]);
    });

    it('contains a drain that fails', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(0);
      a.duties.drain = () => Promise.reject(new Error('boom'));
      await expect(a.elector.stop()).resolves.toBe(false);
    });

    it('contains a ledger that fails', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(0);
      a.duties.unsavedEntries = () => {
        throw new Error('boom');
      };
      await clock.advance(100_000);
      expect(a.elector.isLeader).toBe(true);
      await expect(a.elector.stop()).resolves.toBe(true);
      expect(await holder()).toBeNull();
    });

    it('contains a release that fails', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(0);
      store.failNext(1);
      await expect(a.elector.stop()).resolves.toBe(true);
    });

    it('campaigns again when it is started while stepping down', async () => {
      const a = replica('a');
      a.elector.start();
      await clock.advance(0);
      a.duties.busy = ['worker'];
      const stopped = a.elector.stop();
      await clock.advance(10);
      a.elector.start();
      a.duties.drainDone();
      await stopped;
      await clock.advance(10);
      expect(a.elector.isLeader).toBe(true);
    });
  });

  describe('the heartbeat', () => {
    it('renews all keys and tries all keys in one call each', async () => {
      const a = replica('a');
      const electors: Elector[] = [a.elector];
      for (let i = 0; i < 99; i++) electors.push(a.elections.open(`key-${i}`, new RecordingDuties(clock)));
      const calls: string[] = [];
      const acquire = store.acquire.bind(store);
      const renew = store.renew.bind(store);
      store.acquire = (requests) => (calls.push(`acquire ${requests.length}`), acquire(requests));
      store.renew = (requests) => (calls.push(`renew ${requests.length}`), renew(requests));
      for (const elector of electors) elector.start();
      await clock.advance(35_000);
      expect(electors.every((elector) => elector.isLeader)).toBe(true);
      expect(calls).toEqual(['acquire 100', 'renew 100', 'renew 100', 'renew 100']);
    });

    it('treats a store that never answers as unknown, and an answer that comes too late as none', async () => {
      const a = replica('a');
      const acquire = store.acquire.bind(store);
      let calls = 0;
      store.acquire = (requests) => (++calls === 1 ? new Promise(() => undefined) : acquire(requests));
      a.elector.start();
      await clock.advanceUntil(() => a.elector.isLeader);
      expect(clock.monotonic()).toBeLessThanOrEqual(TIMING.ttl / 5 + (TIMING.ttl / 15) * 1.2 + 10);
    });

    it('survives a store that throws synchronously, answers too little, or rejects with what is no error', async () => {
      const a = replica('a');
      const acquire = store.acquire.bind(store);
      const answers = [
        () => {
          throw new Error('sync');
        },
        () => Promise.resolve([]),
        () => Promise.reject(null),
      ];
      store.acquire = (requests) => answers.shift()?.() ?? acquire(requests);
      a.elector.start();
      await clock.advanceUntil(() => a.elector.isLeader);
      expect(answers).toHaveLength(0);
    });

    it('logs trouble with the store once, and its end', async () => {
      const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
      const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
      const a = replica('a');
      store.failNext(5);
      a.elector.start();
      await clock.advanceUntil(() => a.elector.isLeader);
      expect(warn.mock.calls.filter(([text]) => String(text).includes('does not answer'))).toHaveLength(1);
      expect(log.mock.calls.filter(([text]) => String(text).includes('answers again'))).toHaveLength(1);
      warn.mockRestore();
      log.mockRestore();
    });
  });

  describe('guests', () => {
    const fail = (): never => {
      throw new Error('A guest throws');
    };

    function withLogger(logger: LoggerService) {
      Logger.overrideLogger(logger);
      const one = replica('a');
      one.elector.start();
      return one;
    }

    it.each<[string, () => unknown]>([
      ['throws', fail],
      ['rejects', () => Promise.reject(new Error('A guest rejects'))],
    ])('begins its work, drains and releases although the logger %s', async (_, write) => {
      const { elector, duties } = withLogger({ log: write, warn: write, error: write, debug: write });
      await clock.advance(0);
      expect([elector.isLeader, duties.events]).toEqual([true, ['begin']]);
      const stopped = elector.stop();
      await clock.advance(10_000);
      expect(await stopped).toBe(true);
      expect(duties.events).toEqual(['begin', 'abort', 'drain']);
      expect(await holder()).toBeNull();
    });

    it.each(['throws', 'resolves nothing', 'hangs'] as const)(
      'stops in time although the release of the store %s',
      async (how) => {
        const answers = {
          throws: fail,
          'resolves nothing': () => Promise.resolve(undefined as never),
          hangs: () => new Promise<never>(() => undefined),
        };
        const { elector } = replica('a');
        elector.start();
        await clock.advance(0);
        jest.spyOn(store, 'release').mockImplementation(answers[how]);
        const stopped = elector.stop();
        await clock.advance(TIMING.ttl / 5);
        expect(await stopped).toBe(true);
      },
    );

    it('leads on, and tries again, although the store answers nonsense for a while', async () => {
      const { elector } = replica('a');
      elector.start();
      await clock.advance(0);
      jest.spyOn(store, 'renew').mockResolvedValueOnce(undefined as never);
      await clock.advance(TIMING.renewInterval);
      await clock.advance(TIMING.renewDeadline + 1_000);
      expect(elector.isLeader).toBe(true);
    });

    it('goes on where the duties throw as a drain begins, and leaves the lease to expire', async () => {
      const { elector, duties } = replica('a');
      elector.start();
      await clock.advance(0);
      jest.spyOn(duties, 'drain').mockImplementation(fail);
      const stopped = elector.stop();
      await clock.advance(0);
      expect(await stopped).toBe(false);
      expect(await holder()).toBe('a');
    });
  });

  describe('the log', () => {
    it('says who waits for whom at first and every 60 s, and how long it took', async () => {
      const lines: string[] = [];
      const log = jest
        .spyOn(Logger.prototype, 'log')
        .mockImplementation((text: unknown) => void lines.push(String(text)));
      store.set(KEY, 'other', 150_000);
      const a = replica('a');
      a.elector.start();
      await clock.advanceUntil(() => a.elector.isLeader);
      expect(lines.map((line) => line.replace(/\d+(\.\d+)?/g, 'N'))).toEqual([
        'Standing by for "orders" (leader: other)',
        'Waiting for "orders" for N s, N attempts (leader: other)',
        'Waiting for "orders" for N s, N attempts (leader: other)',
        'Became LEADER of "orders" after N attempts (N s), fencing token N',
      ]);
      log.mockRestore();
    });
  });
});
