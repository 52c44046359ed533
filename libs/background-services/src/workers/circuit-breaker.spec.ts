import { describe, expect, it, jest } from '@jest/globals';
import { TestClock } from '../testing/test-clock.js';
import type { CircuitBreakerEvent, CircuitBreakerOptions } from './circuit-breaker-options.js';
import { CircuitBreaker, type CircuitBreakerHooks, type Permit } from './circuit-breaker.js';

const OPTIONS: CircuitBreakerOptions = {
  failureThreshold: 3,
  openDuration: 60_000,
  halfOpenMaxIterations: 2,
};

function setUp(options: Partial<CircuitBreakerOptions> | false = {}, hooks: CircuitBreakerHooks = {}) {
  const clock = new TestClock();
  const breaker = new CircuitBreaker('prices', options && { ...OPTIONS, ...options }, clock, hooks);
  return { clock, breaker };
}

function admitted(breaker: CircuitBreaker): Permit {
  const permit = breaker.admit();
  if (!permit) throw new Error('The breaker lets nothing through');
  return permit;
}

function fail(breaker: CircuitBreaker, times: number): void {
  for (let i = 0; i < times; i++) breaker.failed(admitted(breaker));
}

describe('CircuitBreaker', () => {
  describe('closed', () => {
    it('lets everything through', () => {
      const { breaker } = setUp();
      for (let i = 0; i < 10; i++) breaker.succeeded(admitted(breaker));
      expect(breaker.view()).toEqual({
        state: 'closed',
        consecutiveFailures: 0,
        openings: 0,
        skipped: 0,
        retryAt: undefined,
      });
    });

    it('stays closed below the threshold, and shows how near it is', () => {
      const { breaker } = setUp();
      fail(breaker, 2);
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 2 });
    });

    it('counts consecutive failures only: a success starts again from 0', () => {
      const { breaker } = setUp();
      fail(breaker, 2);
      breaker.succeeded(admitted(breaker));
      fail(breaker, 2);
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 2 });
    });

    it('opens at the threshold', () => {
      const { breaker, clock } = setUp();
      fail(breaker, 3);
      expect(breaker.view()).toMatchObject({
        state: 'open',
        openings: 1,
        retryAt: new Date(clock.wall() + 60_000),
      });
    });

    it('does not count an iteration without a verdict', () => {
      const { breaker } = setUp();
      fail(breaker, 2);
      for (let i = 0; i < 10; i++) breaker.undecided(admitted(breaker));
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 2 });
    });
  });

  describe('open', () => {
    it('lets nothing through before its time is over, and counts what it keeps back', async () => {
      const { breaker, clock } = setUp();
      fail(breaker, 3);
      expect(breaker.admit()).toBeUndefined();
      await clock.advance(59_999);
      expect(breaker.admit()).toBeUndefined();
      expect(breaker.view()).toMatchObject({ state: 'open', skipped: 2 });
    });

    it('says on the monotonic clock when it lets a probe through', async () => {
      const { breaker, clock } = setUp();
      await clock.advance(500);
      expect(breaker.retryAt).toBeUndefined();
      fail(breaker, 3);
      expect(breaker.retryAt).toBe(60_500);
    });

    it('does not open earlier or later because the wall clock is set', async () => {
      const { breaker, clock } = setUp();
      fail(breaker, 3);
      clock.stepWall(3_600_000);
      expect(breaker.admit()).toBeUndefined();
      clock.stepWall(-7_200_000);
      await clock.advance(60_000);
      expect(breaker.admit()).toBeDefined();
    });

    it('never shows a time to retry that has passed', async () => {
      const { breaker, clock } = setUp();
      fail(breaker, 3);
      await clock.advance(90_000);
      expect(breaker.view().retryAt).toEqual(new Date(clock.wall()));
    });
  });

  describe('half-open', () => {
    async function halfOpen(options: Partial<CircuitBreakerOptions> = {}, hooks: CircuitBreakerHooks = {}) {
      const { breaker, clock } = setUp(options, hooks);
      fail(breaker, 3);
      await clock.advance(60_000);
      return { breaker, clock, probe: admitted(breaker) };
    }

    it('is entered by the first iteration after the open time', async () => {
      const { breaker } = await halfOpen();
      expect(breaker.view().state).toBe('half-open');
    });

    it('closes on the first success', async () => {
      const { breaker, probe } = await halfOpen();
      breaker.succeeded(probe);
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
      expect(breaker.admit()).toBeDefined();
    });

    it('opens again for the whole time on the first failure', async () => {
      const { breaker, clock, probe } = await halfOpen();
      breaker.failed(probe);
      expect(breaker.view()).toMatchObject({ state: 'open', openings: 2 });
      await clock.advance(59_999);
      expect(breaker.admit()).toBeUndefined();
      await clock.advance(1);
      expect(breaker.admit()).toBeDefined();
    });

    it('takes an aborted probe for no verdict and lets the next one through', async () => {
      const { breaker, probe } = await halfOpen();
      breaker.undecided(probe);
      expect(breaker.view().state).toBe('half-open');
      breaker.succeeded(admitted(breaker));
      expect(breaker.view().state).toBe('closed');
    });

    it('opens again once as many probes as are allowed had no verdict', async () => {
      const { breaker, probe } = await halfOpen();
      breaker.undecided(probe);
      breaker.undecided(admitted(breaker));
      expect(breaker.view()).toMatchObject({ state: 'open', openings: 2 });
      expect(breaker.admit()).toBeUndefined();
    });

    it('counts probes anew each time it is half-open', async () => {
      const { breaker, clock, probe } = await halfOpen();
      breaker.undecided(probe);
      breaker.failed(admitted(breaker));
      await clock.advance(60_000);
      breaker.undecided(admitted(breaker));
      expect(breaker.view().state).toBe('half-open');
    });
  });

  describe('late results', () => {
    it('drops a failure that began before it opened', async () => {
      const { breaker, clock } = setUp();
      const late = admitted(breaker);
      fail(breaker, 3);
      await clock.advance(60_000);
      const probe = admitted(breaker);
      breaker.failed(late);
      expect(breaker.view()).toMatchObject({ state: 'half-open', openings: 1 });
      breaker.succeeded(probe);
      expect(breaker.view().state).toBe('closed');
    });

    it('drops a success that began before it opened', async () => {
      const { breaker, clock } = setUp();
      const late = admitted(breaker);
      fail(breaker, 3);
      breaker.succeeded(late);
      expect(breaker.view().state).toBe('open');
      await clock.advance(60_000);
      admitted(breaker);
      breaker.succeeded(late);
      expect(breaker.view().state).toBe('half-open');
    });

    it('drops the verdict of a probe whose half-open time is over', async () => {
      const { breaker, clock } = setUp({ halfOpenMaxIterations: 1 });
      fail(breaker, 3);
      await clock.advance(60_000);
      const first = admitted(breaker);
      breaker.undecided(first);
      await clock.advance(60_000);
      admitted(breaker);
      breaker.succeeded(first);
      breaker.undecided(first);
      expect(breaker.view()).toMatchObject({ state: 'half-open', openings: 2 });
    });

    it('drops failures of before a reset', () => {
      const { breaker } = setUp({ failureThreshold: 1 });
      const late = admitted(breaker);
      breaker.reset();
      breaker.failed(late);
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
    });

    it('drops failures of before a snapshot was restored', () => {
      const { breaker } = setUp();
      const late = admitted(breaker);
      breaker.restore({ state: 'closed', failures: 2 }, 0);
      breaker.failed(late);
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 2 });
    });
  });

  describe('operators', () => {
    it('forced open, it lets nothing through however long it takes', async () => {
      const { breaker, clock } = setUp();
      breaker.forceOpen();
      await clock.advance(24 * 3_600_000);
      expect(breaker.admit()).toBeUndefined();
      expect(breaker.view()).toMatchObject({
        state: 'forced-open',
        openings: 1,
        skipped: 1,
        retryAt: undefined,
      });
    });

    it('forced open twice, it counts one opening', () => {
      const { breaker } = setUp();
      breaker.forceOpen();
      breaker.forceOpen();
      expect(breaker.view().openings).toBe(1);
    });

    it('forced open, it takes no notice of the iteration that was running', () => {
      const { breaker } = setUp();
      const running = admitted(breaker);
      breaker.forceOpen();
      breaker.succeeded(running);
      breaker.undecided(running);
      expect(breaker.view().state).toBe('forced-open');
    });

    it('disabled, it lets everything through and counts nothing', () => {
      const { breaker } = setUp();
      breaker.disable();
      fail(breaker, 50);
      expect(breaker.view()).toMatchObject({ state: 'disabled', consecutiveFailures: 0, openings: 0 });
    });

    it.each(['forceOpen', 'disable'] as const)('a reset ends %s', (how) => {
      const { breaker } = setUp();
      breaker[how]();
      breaker.reset();
      fail(breaker, 2);
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 2 });
    });

    it('a reset closes an open breaker at once', () => {
      const { breaker } = setUp();
      fail(breaker, 3);
      breaker.reset();
      expect(breaker.admit()).toBeDefined();
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 0, openings: 1 });
    });
  });

  describe('of a worker that is to have none', () => {
    it('never opens by itself', () => {
      const { breaker } = setUp(false);
      fail(breaker, 50);
      expect(breaker.view()).toMatchObject({ state: 'disabled', openings: 0 });
    });

    it('is not brought to life by a reset', () => {
      const { breaker } = setUp(false);
      breaker.reset();
      fail(breaker, 50);
      expect(breaker.view().state).toBe('disabled');
    });

    it('does not take over what a predecessor with a breaker left behind', () => {
      const { breaker } = setUp(false);
      breaker.restore({ state: 'open', retryAt: 60_000 }, 0);
      breaker.restore({ state: 'closed', failures: 2 }, 0);
      expect(breaker.admit()).toBeDefined();
      expect(breaker.view().state).toBe('disabled');
    });

    it('does not switch off the breaker of a successor that has one', () => {
      const successor = setUp().breaker;
      successor.restore(setUp(false).breaker.snapshot(0), 0);
      expect(successor.view().state).toBe('closed');
    });

    it('obeys an operator who forces it open, here and on the next leader, until a reset', () => {
      const { breaker } = setUp(false);
      breaker.forceOpen();
      const successor = setUp(false).breaker;
      successor.restore(breaker.snapshot(0), 0);
      expect([breaker.admit(), successor.admit()]).toEqual([undefined, undefined]);
      successor.reset();
      expect(successor.view().state).toBe('disabled');
    });
  });

  describe('snapshots', () => {
    it('hands over how many failures there were, so that a sick dependency gets no fresh ones', () => {
      const old = setUp().breaker;
      fail(old, 2);
      const successor = setUp().breaker;
      successor.restore(old.snapshot(0), 0);
      fail(successor, 1);
      expect(successor.view()).toMatchObject({ state: 'open', openings: 1 });
    });

    it('hands over what is left of the open time, by the clock of the store', async () => {
      const old = setUp();
      await old.clock.advance(123_456);
      fail(old.breaker, 3);
      await old.clock.advance(20_000);
      // The machines' clocks have nothing in common; the store's moves 5 s between the two.
      const successor = setUp();
      successor.clock.stepWall(-86_400_000);
      successor.breaker.restore(old.breaker.snapshot(1_000_000), 1_005_000);
      await successor.clock.advance(34_999);
      expect(successor.breaker.admit()).toBeUndefined();
      await successor.clock.advance(1);
      expect(successor.breaker.admit()).toBeDefined();
    });

    it('lets the successor probe at once if the open time ended between the terms', () => {
      const old = setUp().breaker;
      fail(old, 3);
      const successor = setUp().breaker;
      successor.restore(old.snapshot(0), 600_000);
      expect(successor.admit()).toBeDefined();
      expect(successor.view().state).toBe('half-open');
    });

    it('never holds back for longer than its own open time, whatever the snapshot says', async () => {
      const { breaker, clock } = setUp();
      breaker.restore({ state: 'open', retryAt: Number.MAX_SAFE_INTEGER }, 0);
      await clock.advance(60_000);
      expect(breaker.admit()).toBeDefined();
    });

    it('leaves a probe without a verdict to the successor, who probes for itself', async () => {
      const { breaker, clock } = setUp();
      fail(breaker, 3);
      await clock.advance(60_000);
      admitted(breaker);
      const successor = setUp().breaker;
      successor.restore(breaker.snapshot(5_000), 5_000);
      admitted(successor);
      expect(successor.view().state).toBe('half-open');
    });

    it.each(['forceOpen', 'disable'] as const)('%s lasts beyond the term', (how) => {
      const { breaker } = setUp();
      breaker[how]();
      const successor = setUp().breaker;
      successor.restore(breaker.snapshot(0), 0);
      expect(successor.view().state).toBe(breaker.view().state);
    });

    it('does not open by being restored, even if the successor opens earlier than its predecessor', () => {
      const { breaker } = setUp({ failureThreshold: 2 });
      breaker.restore({ state: 'closed', failures: 4 }, 0);
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 1 });
      fail(breaker, 1);
      expect(breaker.view().state).toBe('open');
    });

    it('has news for a successor unless it is closed without failures', () => {
      const { breaker } = setUp();
      expect(breaker.isAtRest).toBe(true);
      fail(breaker, 1);
      expect(breaker.isAtRest).toBe(false);
      breaker.reset();
      expect(breaker.isAtRest).toBe(true);
      breaker.disable();
      expect(breaker.isAtRest).toBe(false);
    });
  });

  describe('listeners', () => {
    it('tells when it opens and until when, and when it closes', async () => {
      const events: [string, CircuitBreakerEvent][] = [];
      const { breaker, clock } = setUp({
        onOpen: (event) => events.push(['open', event]),
        onClose: (event) => events.push(['close', event]),
      });
      const retryAt = new Date(clock.wall() + 60_000);
      fail(breaker, 3);
      await clock.advance(60_000);
      breaker.succeeded(admitted(breaker));
      expect(events).toEqual([
        ['open', { worker: 'prices', retryAt }],
        ['close', { worker: 'prices', retryAt: undefined }],
      ]);
    });

    it('does not speak of closing where it was not open', () => {
      const onClose = jest.fn();
      const { breaker } = setUp({ onClose });
      breaker.reset();
      fail(breaker, 2);
      breaker.reset();
      breaker.disable();
      breaker.reset();
      expect(onClose).not.toHaveBeenCalled();
    });

    it('tells that a reset closed it', () => {
      const onClose = jest.fn();
      const { breaker } = setUp({ onClose });
      breaker.forceOpen();
      breaker.reset();
      expect(onClose).toHaveBeenCalledTimes(1);
    });

    it('contains the error of a listener, and opens all the same', () => {
      const error = new Error('listener');
      const onListenerError = jest.fn();
      const onOpen = () => {
        throw error;
      };
      const { breaker } = setUp({ onOpen }, { onListenerError });
      fail(breaker, 3);
      expect(breaker.view().state).toBe('open');
      expect(onListenerError).toHaveBeenCalledWith(error);
    });

    it('contains the rejection of an async listener', async () => {
      const error = new Error('async listener');
      const onListenerError = jest.fn();
      const onOpen = (): void => Promise.reject(error) as unknown as void;
      const { breaker, clock } = setUp({ onOpen }, { onListenerError });
      fail(breaker, 3);
      await clock.advance(0);
      expect(onListenerError).toHaveBeenCalledWith(error);
    });

    it('bears a listener that resets it at once', () => {
      const { breaker } = setUp({ onOpen: () => breaker.reset() });
      fail(breaker, 3);
      expect(breaker.view()).toMatchObject({ state: 'closed', openings: 1 });
    });

    it('reports every change of state once, and what made it', async () => {
      const onTransition = jest.fn();
      const { breaker, clock } = setUp({}, { onTransition });
      fail(breaker, 3);
      await clock.advance(60_000);
      breaker.succeeded(admitted(breaker));
      breaker.reset();
      fail(breaker, 3);
      breaker.reset();
      expect(onTransition.mock.calls).toEqual([
        ['closed', 'open', 'iterations', new Date('2026-01-01T00:01:00.000Z')],
        ['open', 'half-open', 'iterations', undefined],
        ['half-open', 'closed', 'iterations', undefined],
        ['closed', 'open', 'iterations', new Date('2026-01-01T00:02:00.000Z')],
        ['open', 'closed', 'operator', undefined],
      ]);
    });
  });
});
