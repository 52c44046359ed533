import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { BackgroundServicesModule } from './background-services.module.js';
import { LeaderElected } from '../decorators/index.js';
import { LEASE_STORE } from './lease-store.provider.js';
import {
  type LeaseStore,
  type LeaseStoreContext,
  MemoryLeaseStore,
  RedisLeaseStore,
} from '../lease/index.js';
import { background, boot, closeApps, log, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';

/** Nothing listens there. */
const NO_REDIS = 'redis://127.0.0.1:1';

describe('the lease store of an app', () => {
  afterEach(closeApps);

  it('is the one it is given', async () => {
    const kit = new BackgroundTestingKit();
    const app = await boot({ imports: [background(kit)] });
    expect(app.get<unknown>(LEASE_STORE)).toBe(kit.store);
  });

  it('lives in memory without Redis, which is said in the log', async () => {
    const app = await boot({ imports: [BackgroundServicesModule.forRoot()] });
    expect(app.get<unknown>(LEASE_STORE)).toBeInstanceOf(MemoryLeaseStore);
    expect(log.at('log')).toContain(
      'No Redis is configured: leases live in memory, and this process leads everything. Run one replica only.',
    );
  });

  it('lives in memory with a warning in production, where that is rarely meant', async () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      await boot({ imports: [BackgroundServicesModule.forRoot()] });
      expect(log.at('warn')).toEqual([
        expect.stringMatching(/No Redis is configured.*requireSharedStore: true/),
      ]);
      log.clear();
      await boot({ imports: [BackgroundServicesModule.forRoot({ enabled: false })] });
      expect(log.at('warn')).toEqual([]);
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });

  it('is required with requireSharedStore: a boot without one fails', async () => {
    const without = BackgroundServicesModule.forRoot({ redis: undefined, requireSharedStore: true });
    await expect(boot({ imports: [without] })).rejects.toThrow(
      /redis: expected a Redis that all replicas share, because requireSharedStore is true \(is the environment variable/,
    );
    const kit = new BackgroundTestingKit();
    await expect(boot({ imports: [background(kit, { requireSharedStore: true })] })).rejects.toThrow(
      /store: expected a store that all replicas share, because requireSharedStore is true, received an object/,
    );
    const shared = Object.assign(new MemoryLeaseStore(kit.clock), { shared: true });
    await boot({ imports: [background(kit, { requireSharedStore: true, store: shared })] });
  });

  it('is Redis where it is configured; neither boot nor shutdown waits for one that is away', async () => {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      @Interval(1_000) update() {
        throw new Error('it ran');
      }
    }
    const app = await boot({
      imports: [BackgroundServicesModule.forRoot({ redis: NO_REDIS })],
      providers: [Prices],
    });
    expect(app.get<unknown>(LEASE_STORE)).toBeInstanceOf(RedisLeaseStore);
    expect(managerOf(app).get('Prices.update').role).toBe('standby');
    await app.close();
    expect(managerOf(app).get('Prices.update').role).toBe('idle');
  });

  it('is the one that a factory makes, which is told of the app, and is closed with it', async () => {
    const kit = new BackgroundTestingKit();
    const told: LeaseStoreContext[] = [];
    const close = jest.spyOn(kit.store, 'close');
    const store = (context: LeaseStoreContext) => {
      told.push(context);
      return Promise.resolve(kit.store);
    };
    const app = await boot({ imports: [background(kit, { store, lease: { ttl: 9_000 } })] });
    expect(app.get<unknown>(LEASE_STORE)).toBe(kit.store);
    expect(told).toMatchObject([{ ttl: 9_000, clock: kit.clock, listen: true }]);
    told[0]?.logger.warn('It is slow');
    told[0]?.onWarning({ kind: 'other', reason: 'It forgets', cure: 'Remind it', since: 0 });
    expect(log.at('warn')).toEqual(['It is slow', 'It forgets. Remind it']);
    expect(close).not.toHaveBeenCalled();
    await app.close();
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('may offer a board, which has all methods of one', async () => {
    const { store, clock } = new BackgroundTestingKit();
    const withBoard = (board: unknown) =>
      Object.assign(Object.create(store) as LeaseStore, Object.fromEntries([['board', board]]));
    const old = Object.fromEntries(['time', 'revision'].map((name) => [name, () => Promise.resolve(0)]));
    const bootWith = (board: unknown) =>
      boot({ imports: [BackgroundServicesModule.forRoot({ store: withBoard(board), clock })] });
    await expect(bootWith(old)).rejects.toThrow(
      /^BackgroundServicesModule: 1 wrong option\n.*store\.board: expected a FleetBoard, which also has the methods putPresence, removePresence, .*, watch, received an object/,
    );
    await bootWith(undefined);
  });

  it('is never closed where the app made it', async () => {
    const kit = new BackgroundTestingKit();
    const close = jest.spyOn(kit.store, 'close');
    await (await boot({ imports: [background(kit)] })).close();
    expect(close).not.toHaveBeenCalled();
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'undefined'],
    ['half a store', { acquire: () => undefined }, 'an object (Object)'],
    ['null', null, 'null'],
  ])('is an error where a factory makes %s', async (_what, made, shown) => {
    const kit = new BackgroundTestingKit();
    const module = background(kit, { store: () => made as LeaseStore });
    await expect(boot({ imports: [module] })).rejects.toThrow(
      `store: expected the factory to return an object with the methods acquire, renew, release, record, inspect, watch, close, received ${shown}`,
    );
  });

  it('is refused, and closed, where a factory makes one of its own and a shared one is required', async () => {
    const kit = new BackgroundTestingKit();
    const close = jest.spyOn(kit.store, 'close');
    const module = background(kit, { store: () => kit.store, requireSharedStore: true });
    await expect(boot({ imports: [module] })).rejects.toThrow(
      'store: expected a store that all replicas share, because requireSharedStore is true, received "test"',
    );
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('is closed as well where a factory makes half a store, or one that cannot be read', async () => {
    const kit = new BackgroundTestingKit();
    const close = jest.fn(() => Promise.reject(new Error('not today')));
    const half = background(kit, { store: () => ({ close }) as unknown as LeaseStore });
    await expect(boot({ imports: [half] })).rejects.toThrow(
      'the factory to return an object with the methods',
    );
    const unreadable = Object.defineProperty(
      Object.assign(new MemoryLeaseStore(kit.clock), { close }),
      'shared',
      {
        get: () => {
          throw new Error('not today');
        },
      },
    );
    await expect(boot({ imports: [background(kit, { store: () => unreadable })] })).rejects.toThrow(
      'store: expected the factory to return a store that can be read',
    );
    expect(close).toHaveBeenCalledTimes(2);
  });

  it('is refused in time also if it takes for ever to close', async () => {
    const kit = new BackgroundTestingKit();
    let close: () => Promise<void> = () => Promise.resolve();
    const closing = new Promise<void>((resolve) => {
      close = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const refused = boot({
      imports: [background(kit, { store: () => ({ close }) as unknown as LeaseStore })],
    });
    const settled = expect(refused).rejects.toThrow('the factory to return an object with the methods');
    await closing;
    await kit.clock.advance(5_000);
    await settled;
  });

  it('is waited for, and after 10 s the log says that its factory has not made it yet', async () => {
    const kit = new BackgroundTestingKit();
    let answer: (store: LeaseStore) => void = () => undefined;
    let booting: Promise<unknown> = Promise.resolve();
    await new Promise<void>((resolve) => {
      const store = () => {
        resolve();
        return new Promise<LeaseStore>((made) => (answer = made));
      };
      booting = boot({ imports: [background(kit, { store })] });
    });
    await kit.clock.advance(9_999);
    expect(log.at('warn')).toEqual([]);
    await kit.clock.advance(1);
    expect(log.at('warn')).toEqual([
      'The factory in "store" has not made a store for 10 s: the app goes on booting once it has',
    ]);
    answer(kit.store);
    await booting;
  });

  it('is an error that names the factory, and its cause, where that throws', async () => {
    const kit = new BackgroundTestingKit();
    const cause = new Error('no route to host');
    const store = () => Promise.reject(cause);
    await expect(boot({ imports: [background(kit, { store })] })).rejects.toMatchObject({
      code: 'BGS_STORE',
      message: 'The factory in "store" made no store: no route to host',
      cause,
    });
  });

  it('is not a class, of which the app forgot to make one', async () => {
    const kit = new BackgroundTestingKit();
    function OldStore() {
      throw new TypeError('Call it with new');
    }
    Object.assign(OldStore.prototype as object, { acquire: () => undefined });
    for (const store of [MemoryLeaseStore, OldStore]) {
      const module = () => boot({ imports: [background(kit, { store: store as unknown as LeaseStore })] });
      await expect(module).rejects.toThrow(
        /store: expected a store or a factory of one, and no class: write store: new MyStore\(…\), .* received function \w+Store/,
      );
    }
  });
});
