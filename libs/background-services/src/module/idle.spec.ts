import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type INestApplication, Injectable, type Type } from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { BackgroundServicesModule } from './background-services.module.js';
import { LeaderElected } from '../decorators/index.js';
import { BackgroundExtensions } from '../extensions/index.js';
import { FleetStatus } from '../fleet/index.js';
import { FleetGlance } from '../health/index.js';
import { type FleetBoard, type LeaseStore, MemoryLeaseStore, systemClock } from '../lease/index.js';
import type { BackgroundServicesOptions } from '../options/options.js';
import { boot, closeApps, managerOf } from '../spec-support/boot.js';

type SharedStore = LeaseStore & { readonly board: FleetBoard };

/** A store in memory, which says that others see it. */
function sharedStore(): SharedStore {
  const store = new MemoryLeaseStore(systemClock);
  return {
    ...{ name: 'shared', shared: true, board: store.board },
    acquire: (requests) => store.acquire(requests),
    renew: (requests) => store.renew(requests),
    record: (request) => store.record(request),
    release: (request) => store.release(request),
    inspect: (keys) => store.inspect(keys),
    watch: (listener) => store.watch(listener),
    close: () => store.close(),
  };
}

@LeaderElected('prices')
@Injectable()
class Prices {
  @Interval('prices', 1_000) update(): void {
    // Nothing to do.
  }
}

describe('An app that has nothing to elect', () => {
  beforeEach(() => {
    // Promises and the event loop go on as ever: Nest boots on them.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] });
  });
  afterEach(async () => {
    jest.useRealTimers();
    await closeApps();
  });

  const register = (app: INestApplication) =>
    managerOf(app).register({ name: 'late', key: 'late', schedule: { every: 1_000 }, run: () => undefined });
  const start = (options: BackgroundServicesOptions, providers: readonly Type[] = []) =>
    boot({ imports: [BackgroundServicesModule.forRoot(options)], providers: [...providers] });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const cards = async (store: SharedStore) => [...(await store.board.presences()).keys()];

  it.each<[string, BackgroundServicesOptions, readonly Type[]]>([
    ['without workers', {}, []],
    ['without workers and with enabled: false', { enabled: false }, []],
    ['in memory with enabled: false', { enabled: false }, [Prices]],
    ['without workers on a shared store', { store: sharedStore() }, []],
  ])('has no timers %s', async (_what, options, providers) => {
    const app = await start(options, providers);
    await settled();
    expect(jest.getTimerCount()).toBe(0);
    jest.runAllTimers();
    await app.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves the timers of stock @nestjs/schedule to the test', async () => {
    const calls: string[] = [];
    @Injectable()
    class Plain {
      @Interval(1_000) tick(): void {
        calls.push('tick');
      }
    }
    const app = await boot({
      imports: [ScheduleModule.forRoot(), BackgroundServicesModule.forRoot({ enabled: false })],
      providers: [Plain, Prices],
    });
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(3_000);
    expect(calls).toEqual(['tick', 'tick', 'tick']);
    await app.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sends nothing to a shared store without workers, and is shown by its own view when somebody looks', async () => {
    const store = sharedStore();
    const asked = ['putPresence', 'revision', 'commands', 'watch', 'removePresence'] as const;
    const spies = asked.map((name) => jest.spyOn(store.board, name));
    const app = await start({ store });
    jest.advanceTimersByTime(600_000);
    await settled();
    const { replicas, current } = await app.get(FleetStatus).view();
    expect({ current, ids: replicas.map(({ id }) => id) }).toEqual({
      current: true,
      ids: [managerOf(app).instanceId],
    });
    app.get(FleetGlance).look({ isSummary: false, storeAnswers: true });
    expect(jest.getTimerCount()).toBe(0);
    await app.close();
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it('shows its workers in memory with enabled: false when somebody looks', async () => {
    const app = await start({ enabled: false }, [Prices]);
    const { workers, replicas } = await app.get(FleetStatus).view();
    expect([workers.map(({ name }) => name), replicas.length]).toEqual([['prices'], 1]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('posts its card with enabled: false where others see it', async () => {
    const store = sharedStore();
    const app = await start({ store, enabled: false }, [Prices]);
    jest.advanceTimersByTime(1);
    expect(await cards(store)).toEqual([managerOf(app).instanceId]);
    await app.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('joins the fleet with its first worker', async () => {
    const store = sharedStore();
    const app = await start({ store });
    register(app);
    await jest.advanceTimersByTimeAsync(500);
    expect(await cards(store)).toEqual([managerOf(app).instanceId]);
    expect(managerOf(app).isLeader('late')).toBe(true);
    expect(jest.getTimerCount()).toBeGreaterThan(0);
    await app.close();
    expect(jest.getTimerCount()).toBe(0);
    expect(await cards(store)).toEqual([]);
  });

  it('joins the fleet with its first extension', async () => {
    const store = sharedStore();
    const app = await start({ store });
    app.get(BackgroundExtensions).add({ name: 'jobs', presence: () => ({ running: 1 }) });
    jest.advanceTimersByTime(10);
    expect(await cards(store)).toEqual([managerOf(app).instanceId]);
  });

  it('does not join the fleet after its shutdown', async () => {
    const store = sharedStore();
    const app = await start({ store });
    await app.close();
    register(app);
    expect(jest.getTimerCount()).toBe(0);
    expect(await cards(store)).toEqual([]);
  });
});
