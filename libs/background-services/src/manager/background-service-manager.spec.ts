import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import {
  CircuitOpenError,
  DuplicateWorkerError,
  InvalidWorkerError,
  KeyNotFoundError,
  NotLeaderError,
  NotRegisteredError,
  WorkerBusyError,
  WorkerNotFoundError,
  WorkerNotRunningError,
  WorkerStoppedError,
} from '../errors/index.js';
import type { BackgroundServicesOptions } from '../options/options.js';
import { background, boot, closeApps, log, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import { BackgroundService, type Iteration } from '../workers/index.js';
import { BackgroundServiceManager, type WorkerConfig } from './index.js';

describe('BackgroundServiceManager', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
  });
  afterEach(closeApps);

  const replica = async (options?: BackgroundServicesOptions) =>
    managerOf(await boot({ imports: [background(kit, options)] }));

  const holderOf = async (key: string) => (await kit.store.inspect([key]))[0]?.holder ?? null;

  /** Registers a worker under the key `key`, every second unless told otherwise. */
  function register(manager: BackgroundServiceManager, name: string, config: Partial<WorkerConfig> = {}) {
    manager.register({ name, key: 'key', schedule: { every: 1_000 }, run: () => undefined, ...config });
  }

  /** A worker whose iterations go on for this long after they were aborted, or until they are let go. */
  function stubborn(lasts: number) {
    const reasons: unknown[] = [];
    let letGo: () => void = () => undefined;
    const run = async ({ signal }: Iteration) => {
      const freed = new Promise<void>((resolve) => (letGo = resolve));
      await Promise.race([freed, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
      if (!signal.aborted) return;
      reasons.push(signal.reason);
      await Promise.race([freed, new Promise<void>((resolve) => void kit.clock.setTimeout(resolve, lasts))]);
    };
    return { run, reasons, letGo: () => letGo() };
  }

  /** Awaits something that needs time to pass. */
  async function during<T>(work: Promise<T>): Promise<{ readonly result: T; readonly took: number }> {
    const before = kit.clock.monotonic();
    let settled = false;
    void work.catch(() => undefined).finally(() => (settled = true));
    await kit.clock.advanceUntil(() => settled);
    return { result: await work, took: kit.clock.monotonic() - before };
  }

  describe('register', () => {
    it.each<[string, WorkerConfig['schedule'], string, number]>([
      ['an interval', { every: 1_000 }, 'every 1000 ms', 3],
      ['a cron pattern', { cron: '* * * * * *', timeZone: 'UTC' }, '* * * * * * (UTC)', 3],
      ['once a term', { after: 500 }, 'once a term, after 500 ms', 1],
    ])('runs %s', async (_what, schedule, description, runs) => {
      const manager = await replica();
      register(manager, 'worker', { schedule: schedule as never });
      await kit.clock.advance(3_500);
      expect(manager.get('worker')).toMatchObject({
        schedule: description,
        place: 'register("worker")',
        metrics: { iterations: runs },
      });
    });

    it('runs without a schedule for as long as this replica leads', async () => {
      const manager = await replica();
      const { run } = stubborn(0);
      manager.register({ name: 'worker', key: 'key', run });
      await kit.clock.advance(60_000);
      expect(manager.get('worker')).toMatchObject({ schedule: 'continuous', metrics: { iterations: 1 } });
    });

    it('takes the options of @LeaderElected', async () => {
      const manager = await replica();
      register(manager, 'worker', { immediate: true, stallAfter: 5_000, timeLimit: 100 });
      await kit.clock.advance(10);
      expect(manager.get('worker')).toMatchObject({ stallAfter: 5_000, metrics: { iterations: 1 } });
    });

    it('hands its iteration over', async () => {
      const manager = await replica();
      const iterations: Iteration[] = [];
      register(manager, 'worker', { run: (iteration) => iterations.push(iteration) });
      await kit.clock.advance(1_500);
      const [first] = iterations;
      expect(first).toMatchObject({ worker: 'worker', key: 'key', number: 1 });
      expect(first?.fencingToken).toBe(manager.get('worker').fencingToken);
      expect(() => first?.assertLeader()).not.toThrow();
    });

    it('refuses what cannot run, and leaves no trace of it', async () => {
      const manager = await replica();
      for (const wrong of [
        { name: '' },
        { key: '' },
        { schedule: { every: 0 } },
        { schedule: { cron: 'never' } },
        { schedule: 'daily' },
        { run: undefined },
        { timeLimit: -1 },
        { timelimit: 5 },
      ]) {
        expect(() => register(manager, 'worker', wrong as never)).toThrow(InvalidWorkerError);
      }
      expect(manager.list()).toEqual([]);
      expect(() => register(manager, 'worker', { schedule: { every: 0 } })).toThrow(
        /^register\("worker"\): the interval must be a positive number of ms, received 0\. Use e\.g\. 30_000/,
      );
    });

    it('refuses a name that is taken, and keeps the first', async () => {
      const manager = await replica();
      register(manager, 'worker', { key: 'first' });
      expect(() => register(manager, 'worker', { key: 'second' })).toThrow(DuplicateWorkerError);
      expect(manager.get('worker').key).toBe('first');
      expect(() => manager.isLeader('second')).toThrow(KeyNotFoundError);
    });

    it('lets a worker join a term that is going on', async () => {
      const manager = await replica();
      register(manager, 'first');
      await kit.clock.advance(1_500);
      const { fencingToken } = manager.get('first');
      register(manager, 'second');
      await kit.clock.advance(2_000);
      expect(manager.get('second')).toMatchObject({ fencingToken, metrics: { iterations: 2 } });
    });

    it('does nothing any more once the app is shut down', async () => {
      const manager = await replica();
      await manager.shutdownAll();
      register(manager, 'late', { run: () => expect(true).toBe(false) });
      await kit.clock.advance(60_000);
      expect(manager.get('late').role).toBe('idle');
    });
  });

  describe('list and get', () => {
    it('show workers in the order of their registration', async () => {
      const manager = await replica();
      for (const name of ['b', 'a', '2', '1']) register(manager, name);
      expect(manager.list().map(({ name }) => name)).toEqual(['b', 'a', '2', '1']);
    });

    it('show both sides of an election', async () => {
      const [leader, standby] = [await replica(), await replica()];
      register(leader, 'worker');
      await kit.clock.advance(10);
      register(standby, 'worker');
      await kit.clock.advance(1_500);
      expect(leader.get('worker')).toMatchObject({
        role: 'leader',
        leader: leader.instanceId,
        fencingToken: expect.any(Number) as unknown as number,
        nextRunAt: new Date('2026-01-01T00:00:02.000Z'),
        mode: 'started',
        runningFor: undefined,
      });
      expect(standby.get('worker')).toMatchObject({
        role: 'standby',
        leader: leader.instanceId,
        fencingToken: undefined,
        nextRunAt: undefined,
        metrics: { iterations: 0 },
      });
      expect([leader.isLeader('key'), standby.isLeader('key')]).toEqual([true, false]);
    });

    it('show a term that is being ended', async () => {
      const manager = await replica();
      register(manager, 'worker', { run: stubborn(1_000).run });
      await kit.clock.advance(1_500);
      expect(manager.get('worker').runningFor).toBe(500);
      const stepping = manager.stepDown('key');
      expect(manager.get('worker')).toMatchObject({ role: 'stepping-down', fencingToken: undefined });
      await during(stepping);
      expect(manager.get('worker').role).toBe('standby');
    });

    it('do not say leader past the renew deadline, while no timer has noticed yet', async () => {
      const manager = await replica();
      register(manager, 'worker');
      await kit.clock.advance(10);
      kit.clock.stall(20_001);
      expect(manager.get('worker').role).toBe('stepping-down');
      expect(manager.isLeader('key')).toBe(false);
    });

    it('know their names', async () => {
      const manager = await replica();
      register(manager, 'a');
      register(manager, 'b');
      for (const call of [
        () => manager.get('c'),
        () => manager.getMetrics('c'),
        () => manager.start('c'),
        () => manager.pause('c'),
        () => manager.resume('c'),
        () => manager.resetCircuitBreaker('c'),
        () => manager.forceOpenCircuitBreaker('c'),
      ]) {
        expect(call).toThrow(WorkerNotFoundError);
        expect(call).toThrow('No worker is named "c". Known: a, b.');
      }
      await expect(manager.stop('c')).rejects.toThrow(WorkerNotFoundError);
      await expect(manager.trigger('c')).rejects.toThrow(WorkerNotFoundError);
      expect(() => manager.isLeader('other')).toThrow(
        'No worker runs under the lease key "other". Known: key.',
      );
      await expect(manager.stepDown('other')).rejects.toThrow(KeyNotFoundError);
    });
  });

  describe('stop', () => {
    it('aborts the running iteration and says that it ended in time', async () => {
      const manager = await replica();
      const { run, reasons } = stubborn(300);
      register(manager, 'worker', { run });
      await kit.clock.advance(1_500);
      const { result, took } = await during(manager.stop('worker'));
      expect(result).toBe(true);
      expect(took).toBeGreaterThanOrEqual(300);
      expect(took).toBeLessThan(400);
      expect(reasons).toEqual([expect.any(WorkerStoppedError)]);
      expect(manager.get('worker')).toMatchObject({ mode: 'stopped', metrics: { aborted: 0, errors: 0 } });
    });

    it('says at once that an idle worker is stopped', async () => {
      const manager = await replica();
      register(manager, 'worker');
      await kit.clock.advance(500);
      await expect(during(manager.stop('worker'))).resolves.toMatchObject({ result: true, took: 0 });
      await kit.clock.advance(10_000);
      expect(manager.getMetrics('worker').iterations).toBe(0);
    });

    it('waits no longer than its timeout, says so, and keeps the lease while the work goes on', async () => {
      const manager = await replica();
      const { run, letGo } = stubborn(3_600_000);
      register(manager, 'worker', { run });
      await kit.clock.advance(1_500);
      const { result, took } = await during(manager.stop('worker', { timeout: 200 }));
      expect(result).toBe(false);
      expect(took).toBeLessThan(250);
      expect(await holderOf('key')).toBe(manager.instanceId);
      letGo();
      await kit.clock.advance(100);
      expect(await holderOf('key')).toBeNull();
    });

    it("waits for the module's drain timeout where none is given", async () => {
      const manager = await replica({ shutdown: { drainTimeout: 700 } });
      register(manager, 'worker', { run: stubborn(3_600_000).run });
      await kit.clock.advance(1_500);
      const { result, took } = await during(manager.stop('worker'));
      expect(result).toBe(false);
      expect(took).toBeGreaterThanOrEqual(700);
      expect(took).toBeLessThan(800);
    });

    it('hands the lease over with the last worker of its key, and not before', async () => {
      const [first, second] = [await replica(), await replica()];
      for (const manager of [first, second]) {
        register(manager, 'a');
        register(manager, 'b');
        await kit.clock.advance(10);
      }
      await during(first.stop('a'));
      await kit.clock.advance(30_000);
      expect(first.isLeader('key')).toBe(true);
      expect(first.getMetrics('b').iterations).toBeGreaterThan(20);
      await during(first.stop('b'));
      await kit.clock.advance(300);
      expect([first.isLeader('key'), second.isLeader('key')]).toEqual([false, true]);
      expect(first.get('a').role).toBe('idle');
      await kit.clock.advance(120_000);
      expect(second.isLeader('key')).toBe(true);
    });

    it('may be called again', async () => {
      const manager = await replica();
      const { run } = stubborn(300);
      register(manager, 'worker', { run });
      await kit.clock.advance(1_500);
      const { result } = await during(Promise.all([manager.stop('worker'), manager.stop('worker')]));
      expect(result).toEqual([true, true]);
      await expect(during(manager.stop('worker'))).resolves.toMatchObject({ result: true });
    });

    it('of one worker does not disturb the others of its key', async () => {
      const manager = await replica();
      const other = stubborn(0);
      register(manager, 'a');
      register(manager, 'b', { run: other.run });
      await kit.clock.advance(1_500);
      await during(manager.stop('a'));
      expect(other.reasons).toEqual([]);
      expect(manager.get('b').runningFor).toBeGreaterThanOrEqual(500);
    });

    it('before the app has booted keeps the worker from starting', async () => {
      @Injectable()
      class Early implements OnModuleInit, OnApplicationBootstrap {
        stopped: boolean | undefined;
        constructor(@Inject(BackgroundServiceManager) readonly manager: BackgroundServiceManager) {}
        onModuleInit() {
          register(this.manager, 'early');
        }
        async onApplicationBootstrap() {
          this.stopped = await this.manager.stop('early');
        }
      }
      const app = await boot({ imports: [background(kit)], providers: [Early] });
      expect(app.get(Early).stopped).toBe(true);
      await kit.clock.advance(10_000);
      expect(managerOf(app).get('early')).toMatchObject({ mode: 'stopped', role: 'idle' });
      managerOf(app).start('early');
      await kit.clock.advance(1_500);
      expect(managerOf(app).getMetrics('early').iterations).toBe(1);
    });
  });

  describe('start', () => {
    it('is without effect on a worker that is started', async () => {
      const manager = await replica();
      register(manager, 'worker');
      await kit.clock.advance(500);
      for (let i = 0; i < 5; i++) manager.start('worker');
      await kit.clock.advance(3_000);
      expect(manager.getMetrics('worker').iterations).toBe(3);
    });

    it('goes on after a stop, with the cadence it had', async () => {
      const manager = await replica();
      register(manager, 'worker');
      register(manager, 'other');
      await kit.clock.advance(1_500);
      await during(manager.stop('worker'));
      await kit.clock.advance(5_000);
      manager.start('worker');
      manager.start('worker');
      await kit.clock.advance(2_100);
      const { iterations } = manager.getMetrics('worker');
      expect(iterations).toBeGreaterThanOrEqual(3);
      expect(iterations).toBeLessThanOrEqual(4);
    });

    it('campaigns again after the last worker of the key was stopped', async () => {
      const manager = await replica();
      register(manager, 'worker');
      await kit.clock.advance(1_500);
      await during(manager.stop('worker'));
      expect(await holderOf('key')).toBeNull();
      manager.start('worker');
      await kit.clock.advance(1_500);
      expect(manager.get('worker')).toMatchObject({ role: 'leader', mode: 'started' });
      expect(manager.getMetrics('worker').iterations).toBeGreaterThanOrEqual(2);
    });

    it.each([50, 150, 250])('wins over a stop that is still draining (after %p of 300 ms)', async (after) => {
      const manager = await replica();
      const { run } = stubborn(300);
      register(manager, 'worker', { run });
      await kit.clock.advance(1_500);
      const stopping = manager.stop('worker', { timeout: 100 });
      await kit.clock.advance(after);
      manager.start('worker');
      await during(stopping);
      await kit.clock.advance(2_500);
      expect(manager.get('worker')).toMatchObject({ mode: 'started', role: 'leader' });
      expect(manager.getMetrics('worker').iterations).toBe(2);
    });

    it('never lets iterations overlap, however often it is stopped and started', async () => {
      const manager = await replica();
      let running = 0;
      let most = 0;
      register(manager, 'worker', {
        schedule: { every: 50 },
        run: async () => {
          most = Math.max(most, ++running);
          await new Promise<void>((resolve) => void kit.clock.setTimeout(resolve, 130));
          running--;
        },
      });
      for (let i = 0; i < 40; i++) {
        void manager.stop('worker', { timeout: 10 });
        await kit.clock.advance(17);
        manager.start('worker');
        await kit.clock.advance(61);
      }
      expect(most).toBe(1);
      expect(manager.getMetrics('worker').iterations).toBeGreaterThan(3);
    });
  });

  describe('pause and resume', () => {
    it('let ticks pass, counted as skipped, and keep the lease', async () => {
      const manager = await replica();
      register(manager, 'worker');
      await kit.clock.advance(1_500);
      manager.pause('worker');
      manager.pause('worker');
      await kit.clock.advance(3_000);
      expect(manager.get('worker')).toMatchObject({
        mode: 'paused',
        role: 'leader',
        nextRunAt: undefined,
        metrics: { iterations: 1, skipped: 3 },
      });
      manager.resume('worker');
      await kit.clock.advance(1_000);
      expect(manager.getMetrics('worker').iterations).toBe(2);
    });

    it('let a running iteration end', async () => {
      const manager = await replica();
      const { run, reasons, letGo } = stubborn(0);
      register(manager, 'worker', { run });
      await kit.clock.advance(1_500);
      manager.pause('worker');
      letGo();
      await kit.clock.advance(10);
      expect(reasons).toEqual([]);
      expect(manager.getMetrics('worker').lastSuccessAt).toBeDefined();
    });

    it('do not start what is stopped', async () => {
      const manager = await replica();
      register(manager, 'worker');
      await during(manager.stop('worker'));
      manager.pause('worker');
      manager.resume('worker');
      expect(manager.get('worker').mode).toBe('stopped');
    });

    it('end with start()', async () => {
      const manager = await replica();
      register(manager, 'worker');
      await kit.clock.advance(10);
      manager.pause('worker');
      manager.start('worker');
      await kit.clock.advance(1_500);
      expect(manager.getMetrics('worker').iterations).toBe(1);
    });
  });

  describe('trigger', () => {
    it('runs one iteration now, beside the schedule', async () => {
      const manager = await replica();
      register(manager, 'worker', { schedule: { every: 60_000 } });
      await kit.clock.advance(500);
      await expect(manager.trigger('worker')).resolves.toMatchObject({ outcome: 'succeeded' });
      expect(manager.getMetrics('worker').iterations).toBe(1);
      await kit.clock.advance(60_000);
      expect(manager.getMetrics('worker').iterations).toBe(2);
    });

    it('hands the error of the work back instead of throwing it', async () => {
      const manager = await replica();
      const error = new Error('no rows');
      register(manager, 'worker', { run: () => Promise.reject(error) });
      await kit.clock.advance(500);
      await expect(manager.trigger('worker')).resolves.toMatchObject({ outcome: 'failed', error });
    });

    it('needs this replica to lead, and names the one that does', async () => {
      const manager = await replica();
      kit.steal('key', 'another', 3_600_000);
      register(manager, 'worker');
      await expect(manager.trigger('worker')).rejects.toThrow(
        'This replica does not lead "key" (leader: none seen)',
      );
      await kit.clock.advance(100);
      const refused = manager.trigger('worker');
      await expect(refused).rejects.toThrow(NotLeaderError);
      await expect(refused).rejects.toMatchObject({ key: 'key', leader: 'another' });
    });

    it('does not overlap a running iteration', async () => {
      const manager = await replica();
      const { run, letGo } = stubborn(0);
      register(manager, 'worker', { run });
      await kit.clock.advance(1_500);
      await expect(manager.trigger('worker')).rejects.toThrow(WorkerBusyError);
      letGo();
      await kit.clock.advance(10);
      const triggered = manager.trigger('worker');
      await expect(manager.trigger('worker')).rejects.toThrow(WorkerBusyError);
      letGo();
      await expect(triggered).resolves.toMatchObject({ outcome: 'succeeded' });
    });

    it('does not run what is paused or stopped', async () => {
      const manager = await replica();
      register(manager, 'worker');
      register(manager, 'other');
      await kit.clock.advance(10);
      manager.pause('worker');
      await expect(manager.trigger('worker')).rejects.toThrow(WorkerNotRunningError);
      await expect(manager.trigger('worker')).rejects.toThrow(/"worker" is paused on this replica/);
      await during(manager.stop('worker'));
      await expect(manager.trigger('worker')).rejects.toThrow(/"worker" is stopped on this replica/);
    });

    it('does not get past an open circuit breaker, and says until when it is open', async () => {
      const manager = await replica({ circuitBreaker: { failureThreshold: 1 } });
      register(manager, 'worker', { schedule: { every: 600_000 }, run: () => Promise.reject(new Error()) });
      await kit.clock.advance(10);
      await manager.trigger('worker');
      const refused = manager.trigger('worker');
      await expect(refused).rejects.toThrow(CircuitOpenError);
      await expect(refused).rejects.toMatchObject({ retryAt: new Date(kit.clock.wall() + 60_000) });
    });
  });

  describe('circuit breakers', () => {
    it('are held open and reset by hand', async () => {
      const manager = await replica();
      register(manager, 'worker');
      manager.forceOpenCircuitBreaker('worker');
      await kit.clock.advance(5_500);
      expect(manager.get('worker')).toMatchObject({
        circuitBreaker: { state: 'forced-open', skipped: 5 },
        metrics: { iterations: 0 },
      });
      await expect(manager.trigger('worker')).rejects.toThrow(/is open; wait, or call resetCircuitBreaker/);
      manager.resetCircuitBreaker('worker');
      await kit.clock.advance(1_000);
      expect(manager.getMetrics('worker').iterations).toBe(1);
    });
  });

  describe('stepDown', () => {
    it('ends the term in order, and lets another replica take it', async () => {
      const [first, second] = [await replica(), await replica()];
      const { run, reasons } = stubborn(200);
      for (const manager of [first, second]) {
        register(manager, 'worker', { run });
        await kit.clock.advance(10);
      }
      await kit.clock.advance(1_500);
      const { result, took } = await during(first.stepDown('key'));
      expect(result).toBe(true);
      expect(took).toBeGreaterThanOrEqual(200);
      expect(reasons).toEqual([
        expect.objectContaining({ code: 'BGS_LEADERSHIP_LOST', reason: 'step-down' }),
      ]);
      await kit.clock.advance(300);
      expect([first.isLeader('key'), second.isLeader('key')]).toEqual([false, true]);
    });

    it('takes the lease again after a retry interval if nobody else does', async () => {
      const manager = await replica();
      register(manager, 'worker');
      await kit.clock.advance(500);
      const { fencingToken = NaN } = manager.get('worker');
      await during(manager.stepDown('key'));
      await kit.clock.advance(9_900);
      expect(manager.isLeader('key')).toBe(false);
      await kit.clock.advance(200);
      expect(manager.get('worker').fencingToken).toBeGreaterThan(fencingToken);
    });

    it('says that work did not end, and keeps the lease then', async () => {
      const manager = await replica({ shutdown: { drainTimeout: 500 } });
      register(manager, 'worker', { run: stubborn(3_600_000).run });
      await kit.clock.advance(1_500);
      await expect(during(manager.stepDown('key'))).resolves.toMatchObject({ result: false });
      expect(await holderOf('key')).toBe(manager.instanceId);
    });

    it('needs this replica to lead', async () => {
      const manager = await replica();
      kit.steal('key', 'another', 3_600_000);
      register(manager, 'worker');
      await kit.clock.advance(100);
      await expect(manager.stepDown('key')).rejects.toThrow(NotLeaderError);
    });
  });

  describe('shutdownAll', () => {
    it('ends everything, once, whoever calls', async () => {
      const manager = await replica();
      const { run } = stubborn(300);
      register(manager, 'a', { run });
      register(manager, 'b', { key: 'other' });
      await kit.clock.advance(1_500);
      const first = manager.shutdownAll();
      expect(manager.shutdownAll()).toBe(first);
      await expect(during(first)).resolves.toMatchObject({ result: true });
      expect(await Promise.all(['key', 'other'].map(holderOf))).toEqual([null, null]);
      expect(manager.list().map(({ role }) => role)).toEqual(['idle', 'idle']);
    });

    it('drains all keys at the same time', async () => {
      const manager = await replica();
      for (const key of ['a', 'b', 'c']) register(manager, key, { key, run: stubborn(1_000).run });
      await kit.clock.advance(1_500);
      const { took } = await during(manager.shutdownAll());
      expect(took).toBeLessThan(1_100);
    });

    it('says whether all work had ended, and cannot be undone', async () => {
      const manager = await replica({ shutdown: { drainTimeout: 100 } });
      register(manager, 'hanging', { run: stubborn(3_600_000).run });
      register(manager, 'clean', { key: 'other' });
      await kit.clock.advance(1_500);
      await expect(during(manager.shutdownAll())).resolves.toMatchObject({ result: false });
      expect(log.at('error')).toEqual([expect.stringContaining('hanging')]);
      expect(await holderOf('other')).toBeNull();
      manager.start('clean');
      await kit.clock.advance(60_000);
      expect(manager.isLeader('other')).toBe(false);
    });

    it('is cut short on demand', async () => {
      const manager = await replica({ shutdown: { drainTimeout: 60_000 } });
      register(manager, 'hanging', { run: stubborn(3_600_000).run });
      await kit.clock.advance(1_500);
      const ending = manager.shutdownAll();
      await kit.clock.advance(1_000);
      manager.cutShutdownShort();
      await expect(ending).resolves.toBe(false);
    });

    it('is not cut short by what was said before it began', async () => {
      const manager = await replica();
      manager.cutShutdownShort();
      register(manager, 'worker', { run: stubborn(500).run });
      await kit.clock.advance(1_500);
      await expect(during(manager.shutdownAll())).resolves.toMatchObject({ result: true });
    });
  });

  describe('the controls of a BackgroundService', () => {
    @Injectable()
    class Candles extends BackgroundService {
      readonly serviceName = 'candles';
      override readonly schedule = { every: 1_000 };
      iterations = 0;
      processIteration() {
        this.iterations++;
        if (this.iterations === 2) throw new Error('no prices');
      }
    }

    it("are the manager's, bound to its name", async () => {
      const app = await boot({
        imports: [background(kit, { circuitBreaker: { failureThreshold: 1 } })],
        providers: [Candles],
      });
      const candles = app.get(Candles);
      expect(candles.isRunning()).toBe(false);
      await kit.clock.advance(1_500);
      expect(candles.isRunning()).toBe(true);
      expect(candles.getMetrics()).toMatchObject({
        ...{ name: 'candles', running: true, interval: 1_000, iterations: 1 },
        circuitBreaker: { state: 'closed', openings: 0 },
      });
      await kit.clock.advance(1_000);
      expect(managerOf(app).get('candles').circuitBreaker.state).toBe('open');
      candles.resetCircuitBreaker();
      expect(managerOf(app).get('candles').circuitBreaker.state).toBe('closed');
      await expect(during(candles.stop(100))).resolves.toMatchObject({ result: true });
      expect(candles.isRunning()).toBe(false);
      candles.start();
      candles.start();
      await kit.clock.advance(1_500);
      expect(candles.isRunning()).toBe(true);
    });

    it('need the module', async () => {
      const candles = new Candles();
      for (const call of [
        () => candles.start(),
        () => candles.stop(),
        () => candles.isRunning(),
        () => candles.getMetrics(),
        () => candles.resetCircuitBreaker(),
      ]) {
        expect(call).toThrow(NotRegisteredError);
      }
      const app = await boot({ providers: [Candles] });
      expect(() => app.get(Candles).start()).toThrow(
        /Service "candles" is not registered: make it a provider, import BackgroundServicesModule\.forRoot\(\)/,
      );
    });
  });
});
