import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { listenOften, warnedOfListeners } from '../../../../test/support/warned-of-listeners.js';
import { IterationTimeoutError, LeadershipLostError, WorkerStoppedError } from '../errors/index.js';
import { instant } from '../lease/index.js';
import { Term } from '../leadership/index.js';
import { TestClock } from '../testing/test-clock.js';
import { Gate, TEST_KEY, TEST_TIMING, testWorker } from '../spec-support/replica.js';
import { CIRCUIT_BREAKER_DEFAULTS, type CircuitBreakerOptions } from './circuit-breaker-options.js';
import { circuitField } from './circuit-snapshot.js';
import { currentIteration, type Iteration } from './iteration.js';
import type { Attempt, AttemptSteps, IterationOutcome } from './attempt.js';
import { TermLedger } from './term-ledger.js';
import { Worker } from './worker.js';
import type { ScheduleSpec, WorkerOptions } from './worker-definition.js';

/** A schedule that keeps out of the way: iterations are attempted by hand. */
const QUIET: ScheduleSpec = { kind: 'timeout', delay: 1e12 };

interface SetUp {
  readonly options?: WorkerOptions;
  readonly circuitBreaker?: CircuitBreakerOptions | false;
  readonly schedule?: ScheduleSpec;
}

describe('Worker', () => {
  let clock: TestClock;
  let logged: { error: string[]; warn: string[] };

  beforeEach(() => {
    Logger.overrideLogger(false);
    clock = new TestClock();
    logged = { error: [], warn: [] };
    for (const level of ['error', 'warn'] as const)
      jest.spyOn(Logger.prototype, level).mockImplementation((text: unknown) => {
        logged[level].push(String(text));
      });
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  function workerOf(run: (iteration: Iteration) => unknown, { options = {}, ...rest }: SetUp = {}): Worker {
    const { circuitBreaker = CIRCUIT_BREAKER_DEFAULTS, schedule = QUIET } = rest;
    return new Worker(testWorker(schedule, run, options), {
      clock,
      random: () => 0.5,
      timing: TEST_TIMING,
      circuitBreaker,
      bootedAt: clock.wall(),
    });
  }

  function newTerm(token = 1, entries: Record<string, string> = {}) {
    const term = new Term(TEST_KEY, 'me', token, clock, 20_000, instant(clock), clock.wall());
    const ledger = new TermLedger(term, entries, () => Promise.resolve({ outcome: 'recorded' }));
    return { term, ledger };
  }

  function leading(run: (iteration: Iteration) => unknown, how: SetUp = {}) {
    const worker = workerOf(run, how);
    const { term, ledger } = newTerm();
    worker.begin(ledger);
    const endTerm = () => {
      term.closeGate();
      term.abort('lost');
      worker.end(term.signal.reason);
    };
    return { worker, term, ledger, endTerm };
  }

  function finished(attempt: Attempt): Promise<IterationOutcome> {
    if ('refused' in attempt) throw new Error(`The attempt was refused: ${attempt.refused}`);
    return attempt.finished;
  }

  const run = (worker: Worker) => finished(worker.attempt(clock.wall()));

  describe('gate', () => {
    it('refuses before the first term', () => {
      expect(workerOf(() => undefined).attempt(0)).toEqual({ refused: 'not-leading' });
    });

    it('refuses once the term has ended', () => {
      const { worker, endTerm } = leading(() => undefined);
      endTerm();
      expect(worker.attempt(0)).toEqual({ refused: 'not-leading' });
    });

    it('refuses from the renew deadline on, even if nobody has noticed it yet', () => {
      const { worker } = leading(() => undefined);
      clock.stall(19_999);
      expect(worker.attempt(0)).toHaveProperty('finished');
      clock.stall(1);
      expect(worker.attempt(0)).toEqual({ refused: 'not-leading' });
      expect(worker.isLeading).toBe(false);
    });

    it('refuses when the wall clock alone says that the deadline has passed: a machine that was suspended', () => {
      const { worker } = leading(() => undefined);
      clock.stepWall(20_000);
      expect(worker.attempt(0)).toEqual({ refused: 'not-leading' });
    });

    it('stays shut when the wall clock is set back after that', () => {
      const { worker } = leading(() => undefined);
      clock.stepWall(20_000);
      worker.attempt(0);
      clock.stepWall(-20_000);
      expect(worker.attempt(0)).toEqual({ refused: 'not-leading' });
    });

    it('does not begin if the term ended while the iteration was being prepared', async () => {
      const work = jest.fn();
      const { worker, endTerm } = leading(work);
      const prepared = new Gate();
      const conclude = jest.fn<NonNullable<AttemptSteps['conclude']>>().mockResolvedValue();
      const attempt = worker.attempt(0, {
        prepare: async () => {
          await prepared.opened;
          return true;
        },
        conclude,
      });
      endTerm();
      prepared.open();
      expect(await finished(attempt)).toEqual({ outcome: 'not-started' });
      expect(work).not.toHaveBeenCalled();
      expect(conclude).toHaveBeenCalledWith({ outcome: 'not-started' });
      expect(worker.metrics.iterations).toBe(0);
    });

    it('does not begin if the worker was stopped while the iteration was being prepared', async () => {
      const work = jest.fn();
      const { worker } = leading(work);
      const prepared = new Gate();
      const attempt = worker.attempt(0, { prepare: () => prepared.opened.then(() => true) });
      worker.stop();
      prepared.open();
      expect(await finished(attempt)).toEqual({ outcome: 'not-started' });
      expect(work).not.toHaveBeenCalled();
    });

    it('does not begin if its preparation says no', async () => {
      const work = jest.fn();
      const { worker } = leading(work);
      const attempt = worker.attempt(0, { prepare: () => Promise.resolve(false) });
      expect(await finished(attempt)).toEqual({ outcome: 'not-started' });
      expect(work).not.toHaveBeenCalled();
    });

    it('survives a preparation that fails', async () => {
      const work = jest.fn();
      const { worker } = leading(work);
      const attempt = worker.attempt(0, { prepare: () => Promise.reject(new Error('ledger')) });
      expect(await finished(attempt)).toEqual({ outcome: 'not-started' });
      expect(work).not.toHaveBeenCalled();
      expect(await run(worker)).toMatchObject({ outcome: 'succeeded' });
    });

    it('survives a conclusion that fails, and tells how the work itself ended', async () => {
      const { worker } = leading(() => undefined);
      const attempt = worker.attempt(0, { conclude: () => Promise.reject(new Error('ledger')) });
      expect(await finished(attempt)).toMatchObject({ outcome: 'succeeded' });
      expect(logged.error).toEqual([expect.stringContaining('ledger')]);
    });
  });

  describe('iterations', () => {
    it('get key, token, signal, due time and their number', async () => {
      const seen: Iteration[] = [];
      const { worker, term } = leading((iteration) => seen.push(iteration));
      await finished(worker.attempt(1_234));
      await finished(worker.attempt(5_678));
      expect(seen).toMatchObject([
        { worker: 'worker', key: TEST_KEY, fencingToken: 1, number: 1, scheduledAt: new Date(1_234) },
        { number: 2, scheduledAt: new Date(5_678) },
      ]);
      expect(seen[0]?.signal.aborted).toBe(false);
      expect(seen[0]?.fencingToken).toBe(term.fencingToken);
    });

    it('are found by deep code', async () => {
      const deep = async () => {
        await Promise.resolve();
        return currentIteration();
      };
      let found: Iteration | undefined;
      const { worker } = leading(async () => {
        found = await deep();
      });
      await run(worker);
      expect(found).toMatchObject({ worker: 'worker', number: 1 });
    });

    it('never overlap', async () => {
      const gate = new Gate();
      const { worker } = leading(() => gate.opened);
      const first = worker.attempt(0);
      expect(worker.attempt(0)).toEqual({ refused: 'busy' });
      gate.open();
      await finished(first);
      expect(worker.attempt(0)).toHaveProperty('finished');
    });

    it('never overlap across terms: work that was not drained keeps the next term waiting', async () => {
      const gate = new Gate();
      const { worker, term, endTerm } = leading(() => gate.opened);
      const first = worker.attempt(0);
      endTerm();
      worker.dismiss(term);
      const next = newTerm(2);
      worker.begin(next.ledger);
      expect(worker.attempt(0)).toEqual({ refused: 'busy' });
      gate.open();
      await finished(first);
      expect(worker.attempt(0)).toHaveProperty('finished');
    });

    it('keep the token of the term they began in', async () => {
      const gate = new Gate();
      let token: number | undefined;
      const { worker, term, endTerm } = leading(async (iteration) => {
        await gate.opened;
        token = iteration.fencingToken;
      });
      const attempt = worker.attempt(0);
      endTerm();
      worker.dismiss(term);
      const next = newTerm(2);
      worker.begin(next.ledger);
      gate.open();
      await finished(attempt);
      expect(token).toBe(1);
    });

    it('find the worker busy from their very first line on', async () => {
      const seen: unknown[] = [];
      const { worker } = leading(() => seen.push(worker.attempt(0)));
      await run(worker);
      expect(seen).toEqual([{ refused: 'busy' }]);
    });

    it('keep the worker busy while they are prepared and concluded', async () => {
      const { worker } = leading(() => undefined);
      const seen: unknown[] = [];
      const look = () => {
        seen.push(worker.attempt(0), worker.runningFor);
        return Promise.resolve(true);
      };
      await finished(worker.attempt(0, { prepare: look, conclude: () => look().then(() => undefined) }));
      expect(seen).toEqual([{ refused: 'busy' }, 0, { refused: 'busy' }, 0]);
    });

    it('may be synchronous, and may return what is then-able', async () => {
      const results = [() => 'value', () => ({ then: (resolve: () => void) => resolve() }), () => null];
      for (const work of results)
        expect(await run(leading(work).worker)).toMatchObject({ outcome: 'succeeded' });
    });

    it('show how long they have been running', async () => {
      const gate = new Gate();
      const { worker } = leading(() => gate.opened);
      expect(worker.runningFor).toBeUndefined();
      const attempt = worker.attempt(0);
      await clock.advance(1_500);
      expect(worker.runningFor).toBe(1_500);
      gate.open();
      expect(await finished(attempt)).toEqual({ outcome: 'succeeded', duration: 1_500 });
      expect(worker.runningFor).toBeUndefined();
    });

    it('are counted as they start and as they end', async () => {
      const gate = new Gate();
      const { worker } = leading(() => gate.opened);
      const startedAt = new Date(clock.wall());
      const attempt = worker.attempt(0);
      expect(worker.metrics).toMatchObject({
        iterations: 1,
        lastStartAt: startedAt,
        lastSuccessAt: undefined,
      });
      await clock.advance(2_000);
      gate.open();
      await finished(attempt);
      expect(worker.metrics).toMatchObject({
        lastSuccessAt: new Date(clock.wall()),
        durations: { count: 1, last: 2_000 },
      });
    });
  });

  describe('errors of the work', () => {
    class Hostile extends Error {
      override get message(): string {
        throw new Error('no message for you');
      }
      override get name(): string {
        throw new Error('no name for you');
      }
    }
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const shapes: readonly (readonly [string, unknown])[] = [
      ['an error', new TypeError('sick')],
      ['null', null],
      ['undefined', undefined],
      ['a string', 'sick'],
      ['a number', 42],
      ['a symbol', Symbol('sick')],
      ['a bigint', 1n],
      ['a function', () => 'sick'],
      ['a frozen error', Object.freeze(new Error('frozen'))],
      ['an object without a prototype', Object.create(null)],
      ['an error without a constructor', Object.assign(new Error('odd'), { constructor: undefined })],
      ['an error with throwing getters', new Hostile()],
      [
        'an object that cannot be turned into text',
        {
          toString: () => {
            throw new Error('no');
          },
        },
      ],
      ['a revoked proxy', revoked.proxy],
      ['an aggregate of errors', new AggregateError([new Error('a'), new Error('b')], 'two')],
      [
        'an error that is its own cause',
        (() => {
          const error = new Error('ring');
          error.cause = error;
          return error;
        })(),
      ],
    ];

    it.each(shapes)('counts %s as a failure and goes on', async (_shape, thrown) => {
      const { worker } = leading(() => Promise.reject(thrown));
      const outcome = await run(worker);
      expect(outcome.outcome).toBe('failed');
      expect(outcome).toHaveProperty('error');
      expect(Object.is((outcome as { error: unknown }).error, thrown)).toBe(true);
      expect(worker.metrics).toMatchObject({ iterations: 1, errors: 1, errorRate: 1 });
      expect(typeof worker.metrics.recentErrors[0]?.message).toBe('string');
      expect(worker.circuit.consecutiveFailures).toBe(1);
      expect(worker.attempt(0)).toHaveProperty('finished');
    });

    it.each(shapes)('takes %s for what came of an abort and goes on', async (_shape, thrown) => {
      const gate = new Gate();
      const { worker, endTerm } = leading(() => gate.opened.then(() => Promise.reject(thrown as Error)));
      const attempt = worker.attempt(0);
      endTerm();
      gate.open();
      expect(await finished(attempt)).toMatchObject({ outcome: 'aborted' });
      expect(worker.metrics).toMatchObject({ errors: 0, aborted: 1 });
      expect(worker.runningFor).toBeUndefined();
    });

    it('may be thrown before the first await', async () => {
      const { worker } = leading(() => {
        throw new Error('at once');
      });
      expect(await run(worker)).toMatchObject({ outcome: 'failed' });
    });

    it('are logged with number and message', async () => {
      const { worker } = leading(() => Promise.reject(new Error('the feed is down')));
      await run(worker);
      expect(logged.error).toEqual(['Iteration 1 failed: the feed is down']);
    });
  });

  describe('time limit', () => {
    it('aborts the signal when it is over, and counts the iteration as failed', async () => {
      let reason: unknown;
      const { worker } = leading(
        ({ signal }) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => {
              reason = signal.reason;
              reject(signal.reason as Error);
            }),
          ),
        { options: { timeLimit: 5_000 } },
      );
      const attempt = worker.attempt(0);
      await clock.advance(4_999);
      expect(reason).toBeUndefined();
      await clock.advance(1);
      const outcome = await finished(attempt);
      expect(reason).toBeInstanceOf(IterationTimeoutError);
      expect(outcome).toEqual({ outcome: 'failed', duration: 5_000, error: reason });
      expect(worker.metrics.recentErrors).toMatchObject([{ type: 'IterationTimeoutError' }]);
      expect(worker.circuit.consecutiveFailures).toBe(1);
    });

    it('counts work that ends well, but too late, as failed', async () => {
      const gate = new Gate();
      const { worker } = leading(() => gate.opened, { options: { timeLimit: 5_000 } });
      const attempt = worker.attempt(0);
      await clock.advance(7_000);
      gate.open();
      expect(await finished(attempt)).toMatchObject({ outcome: 'failed', duration: 7_000 });
    });

    it('keeps the error that the work ended with as the cause', async () => {
      const gate = new Gate();
      const own = new Error('connection reset');
      const { worker } = leading(() => gate.opened.then(() => Promise.reject(own)), {
        options: { timeLimit: 5_000 },
      });
      const attempt = worker.attempt(0);
      await clock.advance(5_000);
      gate.open();
      const outcome = await finished(attempt);
      expect((outcome as { error: Error }).error.cause).toBe(own);
    });

    it.each([
      ['a time limit', { timeLimit: 5_000 }],
      ['none', {}],
    ])(
      'lets work add as many listeners to its signal as it likes, without a warning of Node: with %s',
      async (_, options) => {
        const signals: AbortSignal[] = [];
        const work = ({ signal }: Iteration) => {
          listenOften(signal);
          signals.push(signal);
        };
        const { worker, term } = leading(work, { options });
        await run(worker);
        listenOften(term.signal);
        expect([...signals, term.signal].map(warnedOfListeners)).toEqual([false, false]);
      },
    );

    it('does not touch an iteration that ends in time', async () => {
      const signals: AbortSignal[] = [];
      const { worker } = leading(({ signal }) => signals.push(signal), { options: { timeLimit: 5_000 } });
      await run(worker);
      await clock.advance(10_000);
      expect(signals[0]?.aborted).toBe(false);
    });

    it('does not begin before the iteration does', async () => {
      const prepared = new Gate();
      const { worker } = leading(() => undefined, { options: { timeLimit: 5_000 } });
      const attempt = worker.attempt(0, { prepare: () => prepared.opened.then(() => true) });
      await clock.advance(6_000);
      prepared.open();
      expect(await finished(attempt)).toMatchObject({ outcome: 'succeeded' });
    });

    it('gives way to the end of the term, which is no failure', async () => {
      const signals: AbortSignal[] = [];
      const gate = new Gate();
      const { worker, endTerm, term } = leading(
        async ({ signal }) => {
          signals.push(signal);
          await gate.opened;
          throw signal.reason;
        },
        { options: { timeLimit: 5_000 } },
      );
      const attempt = worker.attempt(0);
      await clock.advance(1_000);
      endTerm();
      expect(signals[0]?.reason).toBe(term.signal.reason);
      await clock.advance(10_000);
      gate.open();
      expect(await finished(attempt)).toMatchObject({ outcome: 'aborted' });
      expect(worker.circuit.consecutiveFailures).toBe(0);
    });

    it('that was over first stays a failure when the term ends behind it', async () => {
      const gate = new Gate();
      const { worker, endTerm } = leading(() => gate.opened, { options: { timeLimit: 5_000 } });
      const attempt = worker.attempt(0);
      await clock.advance(5_000);
      endTerm();
      gate.open();
      expect(await finished(attempt)).toMatchObject({ outcome: 'failed' });
    });
  });

  describe('abort', () => {
    it('reaches the running iteration with the reason of the term', () => {
      const signals: AbortSignal[] = [];
      const { worker, endTerm } = leading(({ signal }) => {
        signals.push(signal);
        return new Gate().opened;
      });
      worker.attempt(0);
      endTerm();
      expect(signals[0]?.reason).toBeInstanceOf(LeadershipLostError);
    });

    it.each([
      ['the reason of the signal', (signal: AbortSignal) => signal.reason as Error],
      ['an AbortError', () => new DOMException('aborted', 'AbortError')],
    ])('is no failure and no news if the work ends with %s', async (_what, errorOf) => {
      const gate = new Gate();
      const { worker, endTerm } = leading(({ signal }) =>
        gate.opened.then(() => Promise.reject(errorOf(signal))),
      );
      const attempt = worker.attempt(0);
      endTerm();
      gate.open();
      expect(await finished(attempt)).toMatchObject({ outcome: 'aborted' });
      expect(worker.metrics).toMatchObject({ errors: 0, aborted: 1, recentErrors: [] });
      expect(worker.circuit.consecutiveFailures).toBe(0);
      expect(logged).toEqual({ error: [], warn: [] });
    });

    it('is no failure, but is logged, if the work ends with another error', async () => {
      const gate = new Gate();
      const { worker, endTerm } = leading(() =>
        gate.opened.then(() => Promise.reject(new Error('half written'))),
      );
      const attempt = worker.attempt(0);
      endTerm();
      gate.open();
      await finished(attempt);
      expect(worker.metrics).toMatchObject({ errors: 0, aborted: 1 });
      expect(logged.warn).toEqual([expect.stringContaining('half written')]);
    });

    it('is no success lost: work that ends well all the same has succeeded', async () => {
      const gate = new Gate();
      const { worker, endTerm } = leading(() => gate.opened);
      const attempt = worker.attempt(0);
      endTerm();
      gate.open();
      expect(await finished(attempt)).toMatchObject({ outcome: 'succeeded' });
    });

    it('is no failure if the work itself notices first that the term is over', async () => {
      const { worker } = leading(async (iteration) => {
        // The event loop was blocked past the deadline: this code runs before the deadline watch does.
        clock.stall(25_000);
        iteration.assertLeader();
      });
      expect(await run(worker)).toMatchObject({ outcome: 'aborted' });
      expect(worker.metrics).toMatchObject({ errors: 0, aborted: 1 });
      expect(worker.circuit.consecutiveFailures).toBe(0);
      expect(logged).toEqual({ error: [], warn: [] });
    });

    it('is not what an AbortError of somebody else means: while the term lasts it is a failure', async () => {
      const { worker } = leading(() => Promise.reject(new DOMException('the fetch timed out', 'AbortError')));
      expect(await run(worker)).toMatchObject({ outcome: 'failed' });
    });
  });

  describe('circuit breaker', () => {
    const sick = () => Promise.reject(new Error('sick'));

    it('opens after as many consecutive failures as configured, and skips quietly', async () => {
      const work = jest.fn(sick);
      const { worker } = leading(work);
      for (let i = 0; i < 5; i++) await run(worker);
      expect(worker.attempt(0)).toEqual({ refused: 'circuit-open' });
      expect(work).toHaveBeenCalledTimes(5);
      expect(worker.circuit).toMatchObject({ state: 'open', openings: 1, skipped: 1 });
      expect(worker.metrics.skipped).toBe(0);
      expect(logged.error.filter((line) => line.includes('Circuit breaker OPEN'))).toHaveLength(1);
    });

    it('stays open in the next term', async () => {
      const { worker, ledger, endTerm, term } = leading(sick);
      for (let i = 0; i < 5; i++) await run(worker);
      worker.contribute();
      endTerm();
      worker.dismiss(term);
      const successor = workerOf(sick);
      const next = newTerm(2, ledger.unsaved());
      successor.begin(next.ledger);
      expect(successor.attempt(0)).toEqual({ refused: 'circuit-open' });
    });

    it('keeps nothing of an earlier term where the last leader left nothing, but for an order', async () => {
      const { worker, endTerm, term } = leading(sick);
      for (let i = 0; i < 5; i++) await run(worker);
      expect(worker.circuit.state).toBe('open');
      endTerm();
      worker.dismiss(term);
      const second = newTerm(2, {});
      worker.begin(second.ledger);
      expect(worker.circuit.state).toBe('closed');
      worker.breaker.forceOpen();
      const third = newTerm(3, {});
      worker.begin(third.ledger);
      expect(worker.circuit.state).toBe('forced-open');
    });

    it('takes an aborted probe for no verdict', async () => {
      let work: () => Promise<unknown> = sick;
      const { worker, ledger, endTerm, term } = leading(() => work());
      for (let i = 0; i < 5; i++) await run(worker);
      await clock.advance(60_000);
      const next = newTerm(2, { [circuitField('worker')]: '{"state":"open","retryAt":0}' });
      endTerm();
      worker.dismiss(term);
      worker.begin(next.ledger);
      const gate = new Gate();
      work = () => gate.opened.then(sick);
      const probe = worker.attempt(0);
      next.term.closeGate();
      next.term.abort('stop');
      worker.end(next.term.signal.reason);
      gate.open();
      await finished(probe);
      expect(worker.circuit.state).toBe('half-open');
      expect(ledger.get(circuitField('worker'))).toBeUndefined();
    });

    it('takes a probe that was not begun for no verdict, and bounds them too', async () => {
      const { worker } = leading(sick, {
        circuitBreaker: { ...CIRCUIT_BREAKER_DEFAULTS, openDuration: 1_000 },
      });
      for (let i = 0; i < 5; i++) await run(worker);
      await clock.advance(1_000);
      for (let i = 0; i < 3; i++)
        await finished(worker.attempt(0, { prepare: () => Promise.reject(new Error('ledger')) }));
      expect(worker.circuit).toMatchObject({ state: 'open', openings: 2 });
    });

    it('tells the ledger nothing of itself while there is nothing to tell', async () => {
      const { worker, ledger } = leading(() => undefined);
      await run(worker);
      worker.contribute();
      expect(ledger.get(circuitField('worker'))).toBeUndefined();
    });

    it('tells the ledger that it has recovered from what is written there', async () => {
      const worker = workerOf(() => undefined);
      const field = circuitField('worker');
      const { ledger } = newTerm(1, { [field]: '{"state":"closed","failures":4}' });
      worker.begin(ledger);
      expect(worker.circuit.consecutiveFailures).toBe(4);
      await run(worker);
      worker.contribute();
      expect(JSON.parse(ledger.get(field) ?? '')).toEqual({ state: 'closed', failures: 0 });
    });

    it('takes garbage in the ledger for nothing', () => {
      const worker = workerOf(() => undefined);
      const { ledger } = newTerm(1, { [circuitField('worker')]: '{"state":"open","retryAt":"soon"}' });
      worker.begin(ledger);
      expect(worker.circuit.state).toBe('closed');
    });

    it.each([
      ['the module', { circuitBreaker: false } as const],
      ['the worker', { options: { circuitBreaker: false } } as const],
    ])(
      'is not there if %s says so, whatever the ledger, and a reset does not bring it',
      async (_who, how) => {
        const worker = workerOf(sick, how);
        const open = JSON.stringify({ state: 'open', retryAt: clock.wall() + 60_000 });
        const { ledger } = newTerm(1, { [circuitField('worker')]: open });
        worker.begin(ledger);
        worker.breaker.reset();
        for (let i = 0; i < 20; i++) expect(await run(worker)).toMatchObject({ outcome: 'failed' });
        expect(worker.circuit.state).toBe('disabled');
      },
    );

    it('follows what the worker says over what the module says', async () => {
      const how = { options: { circuitBreaker: { failureThreshold: 2 } } };
      for (const circuitBreaker of [CIRCUIT_BREAKER_DEFAULTS, false] as const) {
        const { worker } = leading(sick, { ...how, circuitBreaker });
        await run(worker);
        expect(worker.circuit.state).toBe('closed');
        await run(worker);
        expect(worker.circuit.state).toBe('open');
      }
    });

    it('keeps the module’s value for what the worker leaves undefined', async () => {
      const own = { failureThreshold: undefined } as unknown as Partial<CircuitBreakerOptions>;
      const { worker } = leading(sick, { options: { circuitBreaker: own } });
      for (let i = 0; i < 5; i++) await run(worker);
      expect(worker.circuit.state).toBe('open');
    });

    it('logs the error of a listener, and goes on', async () => {
      const onOpen = () => {
        throw new Error('pager is down');
      };
      const { worker } = leading(sick, { options: { circuitBreaker: { failureThreshold: 1, onOpen } } });
      expect(await run(worker)).toMatchObject({ outcome: 'failed' });
      expect(logged.error).toContainEqual(expect.stringContaining('pager is down'));
      expect(worker.circuit.state).toBe('open');
    });
  });

  describe('pause and stop', () => {
    it('a paused worker lets ticks pass, and a running iteration go on', async () => {
      const gate = new Gate();
      const { worker } = leading(() => gate.opened);
      const attempt = worker.attempt(0);
      worker.pause();
      gate.open();
      expect(await finished(attempt)).toMatchObject({ outcome: 'succeeded' });
      expect(worker.attempt(0)).toEqual({ refused: 'paused' });
      worker.resume();
      expect(worker.attempt(0)).toHaveProperty('finished');
    });

    it('a stopped worker refuses, and aborts what is running', async () => {
      const gate = new Gate();
      const { worker } = leading(({ signal }) =>
        gate.opened.then(() => Promise.reject(signal.reason as Error)),
      );
      const attempt = worker.attempt(0);
      worker.stop();
      gate.open();
      expect(await finished(attempt)).toMatchObject({ outcome: 'aborted' });
      expect(worker.attempt(0)).toEqual({ refused: 'stopped' });
      expect(logged).toEqual({ error: [], warn: [] });
    });

    it('the reason of a stop is a WorkerStoppedError', () => {
      const signals: AbortSignal[] = [];
      const { worker } = leading(({ signal }) => {
        signals.push(signal);
        return new Gate().opened;
      });
      worker.attempt(0);
      worker.stop();
      expect(signals[0]?.reason).toBeInstanceOf(WorkerStoppedError);
    });

    it('a worker that is started again goes on in the same term, with a signal of its own', async () => {
      const signals: AbortSignal[] = [];
      const { worker, endTerm } = leading(({ signal }) => signals.push(signal));
      worker.stop();
      worker.start();
      await run(worker);
      expect(signals[0]?.aborted).toBe(false);
      endTerm();
      expect(signals[0]?.aborted).toBe(true);
    });

    it('starting it again does not let it overlap with what has not ended yet', async () => {
      const gate = new Gate();
      const { worker } = leading(() => gate.opened);
      const attempt = worker.attempt(0);
      worker.stop();
      worker.start();
      expect(worker.attempt(0)).toEqual({ refused: 'busy' });
      gate.open();
      await finished(attempt);
      expect(worker.attempt(0)).toHaveProperty('finished');
    });

    it('starting a started worker changes nothing', async () => {
      const work = jest.fn();
      const { worker } = leading(work, { schedule: { kind: 'interval', every: 1_000 } });
      worker.start();
      worker.start();
      await clock.advance(1_000);
      expect(work).toHaveBeenCalledTimes(1);
    });

    it('may stop and start itself from within an iteration', async () => {
      const { worker } = leading(
        () => {
          worker.stop();
          worker.start();
        },
        { schedule: { kind: 'interval', every: 1_000 } },
      );
      await clock.advance(3_500);
      expect(worker.metrics.iterations).toBe(3);
    });

    it('does not tick in a term that begins while it is stopped, and joins when it is started', async () => {
      const work = jest.fn();
      const worker = workerOf(work, { schedule: { kind: 'interval', every: 1_000 } });
      worker.stop();
      const { ledger } = newTerm();
      worker.begin(ledger);
      await clock.advance(5_000);
      expect(work).not.toHaveBeenCalled();
      expect(worker.nextRunAt).toBeUndefined();
      worker.start();
      await clock.advance(1_000);
      expect(work).toHaveBeenCalledTimes(1);
    });

    it('does not tick when it is started after its term', async () => {
      const work = jest.fn();
      const { worker, endTerm } = leading(work, { schedule: { kind: 'interval', every: 1_000 } });
      worker.stop();
      endTerm();
      worker.start();
      await clock.advance(5_000);
      expect(work).not.toHaveBeenCalled();
    });

    it('a disabled cron worker is stopped until it is started', async () => {
      const work = jest.fn();
      const { worker } = leading(work, {
        schedule: { kind: 'cron', pattern: '* * * * * *', disabled: true },
      });
      await clock.advance(3_000);
      expect(worker.mode).toBe('stopped');
      expect(work).not.toHaveBeenCalled();
      worker.start();
      await clock.advance(2_000);
      expect(work).toHaveBeenCalledTimes(2);
    });

    it('pausing a stopped worker does not let a resume start it', () => {
      const { worker } = leading(() => undefined);
      worker.stop();
      worker.pause();
      worker.resume();
      expect(worker.mode).toBe('stopped');
    });
  });

  describe('drained', () => {
    it('resolves at once if nothing is running', async () => {
      await leading(() => undefined).worker.drained();
    });

    it('resolves when the running iteration and its conclusion have ended', async () => {
      const gate = new Gate();
      const concluded = new Gate();
      const { worker } = leading(() => gate.opened);
      worker.attempt(0, { conclude: () => concluded.opened });
      const done = jest.fn();
      const drained = worker.drained().then(done);
      gate.open();
      await clock.advance(0);
      expect(done).not.toHaveBeenCalled();
      concluded.open();
      await drained;
    });

    it('can be asked from within the iteration without blocking the event loop', async () => {
      let drained: Promise<void> | undefined;
      const { worker } = leading(() => {
        drained = worker.drained();
      });
      await run(worker);
      await drained;
    });
  });

  describe('period', () => {
    it.each([
      [{ kind: 'interval', every: 1_500 } as const, 1_500],
      [{ kind: 'cron', pattern: '*/5 * * * *' } as const, 300_000],
      [{ kind: 'cron', pattern: new Date('2030-01-01') } as const, undefined],
      [QUIET, undefined],
      [{ kind: 'continuous', minBackoff: 1, maxBackoff: 2 } as const, undefined],
    ])('of %j is %s', (schedule, period) => {
      expect(workerOf(() => undefined, { schedule }).period).toBe(period);
    });
  });
});
