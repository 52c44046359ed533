import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type BeforeApplicationShutdown,
  type INestApplication,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { BackgroundServicesModule } from './background-services.module.js';
import { LeaderElected } from '../decorators/index.js';
import { ReadinessCheck } from '../health/index.js';
import { BackgroundServiceManager } from '../manager/index.js';
import { background, boot, closeApps, closeOn, createApp, log, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import type { Iteration } from '../workers/index.js';

describe('Lifecycle', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
  });
  afterEach(async () => {
    await closeApps();
    jest.restoreAllMocks();
  });

  const holderOf = async (key: string) => (await kit.store.inspect([key]))[0]?.holder ?? null;

  /** A worker whose iterations end `after` ms after they were aborted. */
  function slowToStop(after: number) {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      begun = 0;
      ended = 0;
      @Interval('prices', 1_000) async update({ signal }: Iteration) {
        this.begun++;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await new Promise<void>((resolve) => void kit.clock.setTimeout(resolve, after));
        this.ended++;
      }
    }
    return Prices;
  }

  async function running(after: number, options = {}) {
    const Prices = slowToStop(after);
    const app = await boot({ imports: [background(kit, options)], providers: [Prices] });
    await kit.clock.advance(1_500);
    expect(app.get(Prices).begun).toBe(1);
    return { app, prices: app.get(Prices), manager: managerOf(app) };
  }

  describe('app.close()', () => {
    it('waits for running work and hands the lease over', async () => {
      const { app, prices } = await running(300);
      expect(await holderOf('prices')).not.toBeNull();
      const took = await closeOn(kit, app);
      expect(prices.ended).toBe(1);
      expect(await holderOf('prices')).toBeNull();
      expect(took).toBeLessThan(400);
      expect(log.at('log')).toContain('Stopped cleanly');
    });

    it('lets another replica lead at once', async () => {
      const { app, manager } = await running(0);
      const other = await boot({ imports: [background(kit)], providers: [slowToStop(0)] });
      await kit.clock.advance(5_000);
      expect(manager.isLeader('prices')).toBe(true);
      await closeOn(kit, app);
      await kit.clock.advance(300);
      expect(managerOf(other).isLeader('prices')).toBe(true);
    });

    it('goes on renewing while it drains', async () => {
      const { app } = await running(25_000, { lease: { ttl: 3_000 }, shutdown: { drainTimeout: 30_000 } });
      const closing = closeOn(kit, app);
      await kit.clock.advance(20_000);
      expect(await holderOf('prices')).not.toBeNull();
      await closing;
      expect(await holderOf('prices')).toBeNull();
    });

    it('names work that does not end in time in an error, and leaves its lease to expire', async () => {
      const { app, prices } = await running(60_000, { shutdown: { drainTimeout: 2_000 } });
      const took = await closeOn(kit, app);
      expect(took).toBeGreaterThanOrEqual(2_000);
      expect(took).toBeLessThan(2_100);
      expect(prices.ended).toBe(0);
      expect(await holderOf('prices')).not.toBeNull();
      expect(log.at('error')).toEqual([
        expect.stringMatching(
          /^Still running at the end of the drain: prices\. The lease "prices" is not released; it expires within 30000 ms\.$/,
        ),
      ]);
      expect(log.at('log')).toContain('Stopped with work still running');
      await kit.clock.advance(30_000);
      expect(await holderOf('prices')).toBeNull();
    });

    it('does not wait at all with a drain timeout of 0', async () => {
      const { app } = await running(60_000, { shutdown: { drainTimeout: 0 } });
      expect(await closeOn(kit, app)).toBeLessThan(50);
    });

    it('ends while the lease store does not answer', async () => {
      const { app, prices } = await running(100);
      kit.store.freeze();
      await closeOn(kit, app);
      expect(prices.ended).toBe(1);
    });

    it('ends while the lease store fails', async () => {
      const { app } = await running(100);
      kit.failNext(1_000);
      await closeOn(kit, app);
      expect(log.at('warn').join()).toMatch(/Could not release "prices"/);
    });

    it('may be called twice, also at once', async () => {
      const { app, prices } = await running(300);
      await Promise.all([closeOn(kit, app), app.close()]);
      await app.close();
      expect(prices.ended).toBe(1);
      expect(log.at('log').filter((line) => line === 'Stopped cleanly')).toHaveLength(1);
    });

    it('starts no iteration any more', async () => {
      const { app, prices } = await running(300);
      await closeOn(kit, app);
      await kit.clock.advance(120_000);
      expect(prices.begun).toBe(1);
    });

    it('says nothing in an app without workers', async () => {
      const app = await boot({ imports: [background(kit)] });
      log.clear();
      await app.close();
      expect(log.at('log').filter((line) => line.startsWith('Stopped'))).toEqual([]);
    });

    it('closes a store of its own, and not one that it was given', async () => {
      let closed = 0;
      kit.store.close = () => Promise.resolve(void closed++);
      const { app } = await running(0);
      await closeOn(kit, app);
      expect(closed).toBe(0);
    });
  });

  describe('app.close() at an odd time', () => {
    it('works for an app that was never initialised', async () => {
      const app = await createApp({ imports: [background(kit)], providers: [slowToStop(0)] });
      await expect(app.close()).resolves.toBeUndefined();
      expect(managerOf(app).list()).toEqual([]);
    });

    it.each(['onModuleInit', 'onApplicationBootstrap'] as const)(
      'stops a boot that waits in another %s',
      async (hook) => {
        let proceed: () => void = () => undefined;
        let arrive: () => void = () => undefined;
        const arrived = new Promise<void>((resolve) => (arrive = resolve));
        @Injectable()
        class Slow {
          [hook]() {
            arrive();
            return new Promise<void>((resolve) => (proceed = resolve));
          }
        }
        const Prices = slowToStop(0);
        const app = await createApp({ imports: [background(kit)], providers: [Slow, Prices] });
        const booting = app.init();
        await arrived;
        const closing = app.close();
        proceed();
        await Promise.allSettled([booting, closing]);
        await kit.clock.advance(120_000);
        expect(app.get(Prices).begun).toBe(0);
        expect(await holderOf('prices')).toBeNull();
        expect(app.get(ReadinessCheck).isReady).toBe(false);
      },
    );

    it.each(['onModuleInit', 'onApplicationBootstrap'] as const)(
      'leaves no timer behind when the %s of another provider throws',
      async (hook) => {
        jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
        try {
          @Injectable()
          class Broken {
            [hook]() {
              throw new Error('no database');
            }
          }
          // On the platform's clock, whose timers are counted here.
          const app = await createApp({
            imports: [BackgroundServicesModule.forRoot()],
            providers: [Broken, slowToStop(0)],
          });
          await expect(app.init()).rejects.toThrow('no database');
          expect(jest.getTimerCount()).toBe(0);
          await app.close();
          expect(jest.getTimerCount()).toBe(0);
        } finally {
          jest.useRealTimers();
        }
      },
    );

    it('leaves no timer behind after a whole life', async () => {
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
      try {
        const app = await boot({
          imports: [BackgroundServicesModule.forRoot()],
          providers: [slowToStop(0)],
        });
        await jest.advanceTimersByTimeAsync(100);
        expect(managerOf(app).isLeader('prices')).toBe(true);
        expect(jest.getTimerCount()).toBeGreaterThan(0);
        await app.close();
        expect(jest.getTimerCount()).toBe(0);
      } finally {
        jest.useRealTimers();
      }
    });
  });

  describe('boot', () => {
    it('never waits for leadership', async () => {
      kit.steal('prices', 'another', 3_600_000);
      await boot({ imports: [background(kit)], providers: [slowToStop(0)] });
      kit.store.freeze();
      await boot({ imports: [background(kit)], providers: [slowToStop(0)] });
    });

    it('takes workers that are registered in onModuleInit of any module', async () => {
      @Injectable()
      class Dynamic implements OnModuleInit {
        runs = 0;
        constructor(@Inject(BackgroundServiceManager) readonly manager: BackgroundServiceManager) {}
        onModuleInit() {
          const run = () => void this.runs++;
          this.manager.register({ name: 'dynamic', key: 'dynamic', schedule: { every: 1_000 }, run });
        }
      }
      const app = await boot({ imports: [background(kit)], providers: [Dynamic] });
      await kit.clock.advance(2_500);
      expect(app.get(Dynamic).runs).toBe(2);
    });

    it('takes workers that are registered in onApplicationBootstrap', async () => {
      @Injectable()
      class Dynamic implements OnApplicationBootstrap {
        runs = 0;
        constructor(@Inject(BackgroundServiceManager) readonly manager: BackgroundServiceManager) {}
        onApplicationBootstrap() {
          const run = () => void this.runs++;
          this.manager.register({ name: 'dynamic', key: 'dynamic', schedule: { every: 1_000 }, run });
        }
      }
      const app = await boot({ imports: [background(kit)], providers: [Dynamic] });
      await kit.clock.advance(2_500);
      expect(app.get(Dynamic).runs).toBe(2);
    });
  });

  describe('signals', () => {
    const until = async (condition: () => boolean) => {
      await kit.clock.advanceUntil(condition, { step: 10, limit: 10_000 });
    };

    /** An app that listens to signals; its process is not killed at the end. */
    async function listening(after: number, options = {}) {
      const parts = await running(after, options);
      const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
      parts.app.enableShutdownHooks(['SIGTERM', 'SIGINT'] as never);
      return { ...parts, kill };
    }

    it('drains on the first, and ends the process when it is done', async () => {
      const { prices, kill } = await listening(300);
      process.emit('SIGTERM', 'SIGTERM');
      await until(() => kill.mock.calls.length > 0);
      expect(prices.ended).toBe(1);
      expect(kill).toHaveBeenCalledWith(process.pid, 'SIGTERM');
      expect(await holderOf('prices')).toBeNull();
    });

    it.each(['SIGTERM', 'SIGINT'] as const)('does not wait any longer on a second %s', async (signal) => {
      const { prices, kill } = await listening(60_000, { shutdown: { drainTimeout: 30_000 } });
      const before = kit.clock.monotonic();
      process.emit('SIGTERM', 'SIGTERM');
      await kit.clock.advance(1_000);
      expect(kill).not.toHaveBeenCalled();
      process.emit(signal, signal);
      await until(() => kill.mock.calls.length > 0);
      expect(kit.clock.monotonic() - before).toBeLessThan(1_100);
      expect(prices.ended).toBe(0);
      expect(await holderOf('prices')).not.toBeNull();
      expect(log.at('warn')).toContain(`${signal} while draining: not waiting any longer`);
      expect(log.at('error')).toEqual([
        expect.stringMatching(/^Still running at the end of the drain: prices\./),
      ]);
    });

    it('leaves no listener behind', async () => {
      const before = [process.listenerCount('SIGTERM'), process.listenerCount('SIGINT')];
      const { kill } = await listening(0);
      process.emit('SIGTERM', 'SIGTERM');
      await until(() => kill.mock.calls.length > 0);
      expect([process.listenerCount('SIGTERM'), process.listenerCount('SIGINT')]).toEqual(before);
    });

    it('are not listened to where the app does not: the process would not end by them any more', async () => {
      const { app } = await running(300);
      const before = process.listenerCount('SIGTERM');
      const closing = closeOn(kit, app);
      await kit.clock.advance(100);
      expect(process.listenerCount('SIGTERM')).toBe(before);
      await closing;
    });
  });

  it('is over before other shutdown hooks begin', async () => {
    const events: string[] = [];
    const Prices = slowToStop(100);
    @Injectable()
    class Last implements BeforeApplicationShutdown {
      constructor(@Inject(Prices) readonly prices: { ended: number }) {}
      beforeApplicationShutdown() {
        events.push(this.prices.ended === 1 ? 'after the drain' : 'before the drain');
      }
    }
    const app: INestApplication = await boot({ imports: [background(kit)], providers: [Prices, Last] });
    await kit.clock.advance(1_500);
    await closeOn(kit, app);
    expect(events).toEqual(['after the drain']);
  });
});
