import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject, Injectable, Module, type Provider, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { Continuous, LeaderElected } from '../decorators/index.js';
import { background, boot, closeApps, log, managerOf } from '../spec-support/boot.js';
import { stockJobs } from '../spec-support/stock-jobs.js';
import { BackgroundTestingKit } from '../testing/index.js';
import { BackgroundService } from '../workers/index.js';

describe('WorkerExplorer', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
  });
  afterEach(closeApps);

  const bootWith = (...providers: Provider[]) =>
    boot({ imports: [ScheduleModule.forRoot(), background(kit)], providers });

  const names = async (...providers: Provider[]) =>
    managerOf(await bootWith(...providers))
      .list()
      .map(({ name }) => name);

  /** A fresh class with one worker, `Prices.update`, that counts its runs. */
  function pricesClass() {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      runs = 0;
      @Interval(1_000) update() {
        this.runs++;
      }
    }
    return Prices;
  }

  describe('kinds of providers', () => {
    it('finds classes, useClass, useFactory (also async) and useValue', async () => {
      const make = (name: string) => {
        @LeaderElected('prices')
        @Injectable()
        class Prices {
          @Interval(name, 1_000) update() {}
        }
        return Prices;
      };
      const [A, B, C, D, E] = [
        make('class'),
        make('useClass'),
        make('factory'),
        make('async'),
        make('value'),
      ];
      expect(
        await names(
          A,
          { provide: 'B', useClass: B },
          { provide: 'C', useFactory: () => new C() },
          { provide: 'D', useFactory: () => Promise.resolve(new D()) },
          { provide: 'E', useValue: new E() },
        ),
      ).toEqual(['class', 'useClass', 'factory', 'async', 'value']);
    });

    it('runs an aliased provider once', async () => {
      const Prices = pricesClass();
      const app = await bootWith(
        { provide: 'before', useExisting: Prices },
        Prices,
        { provide: 'after', useExisting: Prices },
        { provide: 'twice', useExisting: 'after' },
      );
      await kit.clock.advance(3_500);
      expect(app.get(Prices).runs).toBe(3);
    });

    it('runs one instance under several tokens once', async () => {
      const Prices = pricesClass();
      const prices = new Prices();
      await bootWith(
        { provide: Prices, useValue: prices },
        { provide: 'value', useValue: prices },
        { provide: 'factory', useFactory: () => prices },
      );
      await kit.clock.advance(3_500);
      expect(prices.runs).toBe(3);
    });

    it('finds controllers, which go on answering requests', async () => {
      @LeaderElected('prices')
      @Controller('prices')
      class Prices {
        runs = 0;
        @Interval(1_000) update() {
          this.runs++;
        }
        @Get() list() {
          return { runs: this.runs };
        }
      }
      const app = await boot({
        imports: [ScheduleModule.forRoot(), background(kit)],
        controllers: [Prices],
      });
      await kit.clock.advance(2_500);
      await request(app.getHttpServer() as never)
        .get('/prices')
        .expect(200, { runs: 2 });
      expect(stockJobs(app).intervals).toEqual([]);
    });

    it('finds a module class', async () => {
      @LeaderElected('prices')
      @Module({})
      class PricesModule {
        @Interval(1_000) update() {}
      }
      const app = await boot({ imports: [PricesModule, background(kit)] });
      expect(managerOf(app).list()).toMatchObject([{ name: 'PricesModule.update' }]);
    });

    it('finds a class that is overridden in a test, and not the mock that takes its place', async () => {
      const Prices = pricesClass();
      const module = () =>
        Test.createTestingModule({ imports: [background(kit)], providers: [Prices] }).setLogger(log);
      for (const mock of [{ update: () => undefined }, null, new Proxy({}, {})]) {
        const app = await module().overrideProvider(Prices).useValue(mock).compile();
        await app.init();
        expect(managerOf(app as never).list()).toEqual([]);
        await app.close();
      }
      class Fake extends Prices {}
      const app = await module().overrideProvider(Prices).useClass(Fake).compile();
      await app.init();
      expect(managerOf(app as never).list()).toMatchObject([{ name: 'Fake.update', key: 'prices' }]);
      await app.close();
    });
  });

  describe('providers that are not singletons', () => {
    it.each([
      ['request-scoped', Scope.REQUEST],
      ['transient', Scope.TRANSIENT],
    ])('refuses %s ones, with class, method and cure', async (_kind, scope) => {
      @LeaderElected('prices')
      @Injectable({ scope })
      class Prices {
        @Interval(1_000) update() {}
        @Interval(1_000) clean() {}
      }
      const error =
        'Prices.update, Prices.clean: its class (or something it injects) is request-scoped or transient, so there is no instance ' +
        'to run it on. Make it a singleton, and get what is request-scoped inside the method through ModuleRef.resolve()';
      await expect(bootWith(Prices)).rejects.toThrow(error);
      await expect(bootWith({ provide: 'other', useClass: Prices, scope })).rejects.toThrow(error);
      await expect(bootWith({ provide: Prices, useFactory: () => new Prices(), scope })).rejects.toThrow(
        error,
      );
    });

    it('refuses one that injects something request-scoped', async () => {
      @LeaderElected('prices')
      @Injectable()
      class Prices {
        constructor(@Inject(REQUEST) readonly request: unknown) {}
        @Interval(1_000) update() {}
      }
      await expect(bootWith(Prices)).rejects.toThrow(/^Prices\.update: .*request-scoped/);
    });

    it('refuses request-scoped controllers', async () => {
      @LeaderElected('prices')
      @Controller({ path: 'prices', scope: Scope.REQUEST })
      class Prices {
        @Interval(1_000) update() {}
      }
      await expect(boot({ imports: [background(kit)], controllers: [Prices] })).rejects.toThrow(
        /^Prices\.update: /,
      );
    });

    it('refuses a BackgroundService', async () => {
      @Injectable({ scope: Scope.REQUEST })
      class Candles extends BackgroundService {
        readonly serviceName = 'candles';
        processIteration() {}
      }
      await expect(bootWith(Candles)).rejects.toThrow(
        /^Candles\.processIteration: .*request-scoped or transient.*Make it a singleton/,
      );
    });

    it('leaves alone what has no workers', async () => {
      @Injectable({ scope: Scope.REQUEST })
      class Plain {
        @Interval(1_000) update() {}
      }
      await expect(names(Plain)).resolves.toEqual([]);
    });
  });

  describe('hostile values', () => {
    /** Lets through what Nest itself asks a provider for, and throws for all else. */
    const asked = new Set<PropertyKey>(['constructor', 'then', 'toString', Symbol.toPrimitive]);
    const hooks = /^(on|before)[A-Z]|^configure$/;
    const guarded = new Proxy(
      {},
      {
        get(_target, property) {
          if (asked.has(property) || hooks.test(String(property))) return undefined;
          throw new Error(`"${String(property)}" was asked for`);
        },
        has: () => {
          throw new Error('it was looked into');
        },
        ownKeys: () => {
          throw new Error('its keys were listed');
        },
        getOwnPropertyDescriptor: () => {
          throw new Error('a property was described');
        },
      },
    );
    const mock: object = new Proxy(
      {},
      { get: (_target, property) => (property === 'then' ? undefined : () => mock) },
    );
    class Getters {
      get thrower(): never {
        throw new Error('a getter was called');
      }
      static get prototypeOf(): never {
        throw new Error('a static getter was called');
      }
    }

    it.each<[string, unknown]>([
      ['a proxy that throws for whatever Nest does not ask for', guarded],
      ['a mock that answers everything with a function', mock],
      ['an object without a prototype', Object.create(null)],
      ['an object whose constructor is an arrow function', Object.create({ constructor: () => undefined })],
      ['an object whose constructor is another class', Object.create({ constructor: Getters })],
      ['an object whose constructor is a number', Object.create({ constructor: 1 })],
      ['an instance with a throwing getter', new Getters()],
      ['a class', Getters],
      ['a function', () => undefined],
      ['null', null],
      ['undefined', undefined],
      ['a symbol', Symbol('value')],
      ['a bigint', 1n],
      ['a frozen object', Object.freeze({})],
      ['an array', [1, 2]],
    ])('passes by %s', async (_what, useValue) => {
      const app = await boot({
        imports: [background(kit)],
        providers: [pricesClass(), { provide: 'value', useValue }],
      });
      expect(
        managerOf(app)
          .list()
          .map(({ name }) => name),
      ).toEqual(['Prices.update']);
    });

    it('takes a value of a class without asking for its getters', async () => {
      class Hostile {
        get thrower(): never {
          throw new Error('a getter was called');
        }
        @Interval('hostile', 1_000) @LeaderElected('hostile') update() {}
      }
      const app = await boot({
        imports: [background(kit)],
        providers: [{ provide: 'value', useValue: new Hostile() }],
      });
      expect(managerOf(app).list()).toMatchObject([{ name: 'hostile' }]);
    });
  });

  describe('names', () => {
    it('refuses two workers of one name, and names both places', async () => {
      @LeaderElected('prices')
      @Injectable()
      class Prices {
        @Interval('update', 1_000) update() {}
      }
      @LeaderElected('orders')
      @Injectable()
      class Orders {
        @Interval('update', 1_000) refresh() {}
      }
      await expect(bootWith(Prices, Orders)).rejects.toThrow(
        /Two workers are named "update": Prices\.update and Orders\.refresh\. Give one of them another name/,
      );
    });

    it('refuses a class that is provided by two modules: its jobs would run twice', async () => {
      const Prices = pricesClass();
      @Module({ providers: [Prices] })
      class First {}
      @Module({ providers: [Prices] })
      class Second {}
      await expect(boot({ imports: [First, Second, background(kit)] })).rejects.toThrow(
        'Worker "Prices.update" is there twice, both from Prices.update. If its class is a provider of two modules, provide it in one, ' +
          'export it there, and import that module in the other; else give one of them another name.',
      );
    });

    it('keeps strange names apart', async () => {
      @LeaderElected('prices')
      @Injectable()
      class Prices {
        @Interval('__proto__', 1_000) a() {}
        @Interval('constructor', 1_000) b() {}
        @Interval('status', 1_000) c() {}
        @Interval('ünï ☃', 1_000) d() {}
      }
      const app = await bootWith(Prices);
      await kit.clock.advance(1_500);
      for (const name of ['__proto__', 'constructor', 'status', 'ünï ☃'])
        expect(managerOf(app).getMetrics(name).iterations).toBe(1);
    });
  });

  describe('BackgroundService', () => {
    it('is found by its class, under its own key, or that of @LeaderElected', async () => {
      abstract class Base extends BackgroundService {
        override readonly schedule = { every: 1_000 };
        iterations = 0;
        processIteration() {
          this.iterations++;
        }
      }
      @Injectable()
      class Plain extends Base {
        readonly serviceName = 'plain';
      }
      @Injectable()
      class Keyed extends Base {
        readonly serviceName = 'keyed';
        override readonly leaseKey = 'own-key';
      }
      @LeaderElected('elected-key', { stallAfter: 5_000 })
      @Injectable()
      class Elected extends Base {
        readonly serviceName = 'elected';
        override readonly leaseKey = 'own-key';
      }
      const app = await bootWith(Plain, Keyed, Elected);
      expect(managerOf(app).list()).toMatchObject([
        { name: 'plain', key: 'background-services:plain', place: 'Plain', period: 1_000 },
        { name: 'keyed', key: 'own-key' },
        { name: 'elected', key: 'elected-key', stallAfter: 5_000 },
      ]);
      await kit.clock.advance(2_500);
      expect(app.get(Plain).iterations).toBe(2);
    });

    it('may have scheduled methods beside its iterations', async () => {
      @LeaderElected('candles')
      @Injectable()
      class Candles extends BackgroundService {
        readonly serviceName = 'candles';
        processIteration() {}
        @Interval('clean', 1_000) clean() {}
        @Continuous({ name: 'follow' }) follow() {}
      }
      expect((await names(Candles)).sort()).toEqual(['candles', 'clean', 'follow']);
    });

    it.each<[unknown, string]>([
      ['* * * * *', 'received "* * * * *"'],
      [{}, 'received an object (Object)'],
      [null, 'received null'],
      [{ interval: 1_000 }, 'received an object (Object)'],
      [{ every: 1_000, cron: '* * * * *' }, 'received more'],
    ])('is refused with the schedule %j, which means nothing', async (schedule, received) => {
      @Injectable()
      class Candles extends BackgroundService {
        readonly serviceName = 'candles';
        override readonly schedule = schedule as { every: number };
        processIteration() {}
      }
      const booting = bootWith(Candles);
      await expect(booting).rejects.toThrow(
        /^Candles: the schedule must be an object with exactly one of every, cron, after, continuous/,
      );
      await expect(booting).rejects.toThrow(received);
    });

    it('is refused without a name', async () => {
      @Injectable()
      class Candles extends BackgroundService {
        readonly serviceName = undefined as unknown as string;
        processIteration() {}
      }
      await expect(bootWith(Candles)).rejects.toThrow(/^Candles: the worker's name must be/);
    });
  });
});
