import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type DynamicModule, Injectable, Module, type ModuleMetadata } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { BackgroundServicesModule } from '../module/background-services.module.js';
import { background, boot, closeApps, log, managerOf } from '../spec-support/boot.js';
import { stockJobs } from '../spec-support/stock-jobs.js';
import { BackgroundTestingKit } from '../testing/index.js';
import { Continuous, LeaderElected } from './index.js';

type Imports = NonNullable<ModuleMetadata['imports']>;

/** A module that imports others, as feature modules do. */
function nested(...imports: Imports): DynamicModule {
  @Module({})
  class NestedModule {}
  return { module: NestedModule, imports };
}

/** A provider of a module of its own, beside the root. */
function feature(provider: new () => object): DynamicModule {
  @Module({})
  class FeatureModule {}
  return { module: FeatureModule, providers: [provider] };
}

const schedule = () => ScheduleModule.forRoot();
const scheduleAsync = () => ScheduleModule.forRootAsync({ useFactory: () => Promise.resolve({}) });
const async = (kit: BackgroundTestingKit) =>
  BackgroundServicesModule.forRootAsync({ useFactory: () => Promise.resolve(kit.options()) });

type Layout = (kit: BackgroundTestingKit, features: Imports) => Imports;

const LAYOUTS: Readonly<Record<string, Layout>> = {
  'ScheduleModule before it': (kit, features) => [schedule(), ...features, background(kit)],
  'ScheduleModule after it': (kit, features) => [background(kit), ...features, schedule()],
  'ScheduleModule first, features last': (kit, features) => [schedule(), background(kit), ...features],
  'ScheduleModule in a nested module before it': (kit, features) => [
    nested(schedule()),
    ...features,
    background(kit),
  ],
  'ScheduleModule in a nested module after it': (kit, features) => [
    background(kit),
    nested(nested(schedule())),
    ...features,
  ],
  'both in nested modules': (kit, features) => [nested(background(kit)), ...features, nested(schedule())],
  'forRootAsync before ScheduleModule': (kit, features) => [async(kit), ...features, schedule()],
  'forRootAsync after ScheduleModule.forRootAsync': (kit, features) => [
    scheduleAsync(),
    ...features,
    async(kit),
  ],
};

describe('@LeaderElected', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
    // @nestjs/schedule runs on the platform's timers.
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'], now: 0 });
  });

  afterEach(async () => {
    await closeApps();
    jest.useRealTimers();
  });

  /** One class of each kind; made anew for each test, as decorators act when a class is defined. */
  function jobs() {
    const runs: string[] = [];
    const ran = (name: string) => void runs.push(name);

    @LeaderElected('class')
    @Injectable()
    class ElectedClass {
      @Interval('class-interval', 1_000) interval() {
        ran('class-interval');
      }
      @Cron('* * * * * *', { name: 'class-cron' }) cron() {
        ran('class-cron');
      }
      @Timeout('class-timeout', 1_500) timeout() {
        ran('class-timeout');
      }
    }

    @Injectable()
    @LeaderElected('class-above')
    class ElectedAboveInjectable {
      @Interval('above-injectable', 1_000) interval() {
        ran('above-injectable');
      }
    }

    @Injectable()
    class ElectedMethods {
      @LeaderElected('method-above')
      @Interval('above', 1_000)
      above() {
        ran('above');
      }
      @Interval('below', 1_000)
      @LeaderElected('method-below')
      below() {
        ran('below');
      }
      @Cron('* * * * * *', { name: 'cron-below' })
      @LeaderElected('method-cron')
      cron() {
        ran('cron-below');
      }
      @Interval('plain-neighbour', 1_000) plain() {
        ran('plain-neighbour');
      }
    }

    @Injectable()
    class Plain {
      @Interval('plain-interval', 1_000) interval() {
        ran('plain-interval');
      }
      @Cron('* * * * * *', { name: 'plain-cron' }) cron() {
        ran('plain-cron');
      }
      @Timeout('plain-timeout', 1_500) timeout() {
        ran('plain-timeout');
      }
    }
    return { runs, ElectedClass, ElectedAboveInjectable, ElectedMethods, Plain };
  }

  const ELECTED = [
    'above',
    'above-injectable',
    'below',
    'class-cron',
    'class-interval',
    'class-timeout',
    'cron-below',
  ];

  function counted(runs: string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const run of runs) counts[run] = (counts[run] ?? 0) + 1;
    return counts;
  }

  describe.each(Object.entries(LAYOUTS))('with %s', (_name, layout) => {
    it('takes its methods, and leaves all others to @nestjs/schedule', async () => {
      const { ElectedClass, ElectedAboveInjectable, ElectedMethods, Plain } = jobs();
      const features = [feature(ElectedClass), feature(Plain)];
      const app = await boot({
        imports: layout(kit, features),
        providers: [ElectedMethods, ElectedAboveInjectable],
      });
      const stock = stockJobs(app);
      expect(
        managerOf(app)
          .list()
          .map(({ name }) => name)
          .sort(),
      ).toEqual(ELECTED);
      expect([...stock.intervals].sort()).toEqual(['plain-interval', 'plain-neighbour']);
      expect(stock.crons).toEqual(['plain-cron']);
      expect(stock.timeouts).toEqual(['plain-timeout']);
    });

    it('runs each method once an interval: the elected ones here, the others on the timers of @nestjs/schedule', async () => {
      const { runs, ElectedClass, ElectedAboveInjectable, ElectedMethods, Plain } = jobs();
      const features = [feature(Plain), feature(ElectedMethods)];
      await boot({
        imports: layout(kit, features),
        providers: [ElectedClass, ElectedAboveInjectable],
      });

      await jest.advanceTimersByTimeAsync(3_500);
      expect(counted(runs)).toEqual({
        'plain-interval': 3,
        'plain-neighbour': 3,
        'plain-cron': 3,
        'plain-timeout': 1,
      });

      runs.length = 0;
      await kit.clock.advance(3_500);
      expect(counted(runs)).toEqual({
        above: 3,
        'above-injectable': 3,
        below: 3,
        'class-cron': 3,
        'class-interval': 3,
        'class-timeout': 1,
        'cron-below': 3,
      });
    });

    it('runs nothing at all on a replica that does not lead', async () => {
      const { runs, ElectedClass, ElectedAboveInjectable, ElectedMethods } = jobs();
      for (const key of ['class', 'class-above', 'method-above', 'method-below', 'method-cron'])
        kit.steal(key, 'another', 3_600_000);
      await boot({
        imports: layout(kit, [feature(ElectedMethods)]),
        providers: [ElectedClass, ElectedAboveInjectable],
      });
      await Promise.all([jest.advanceTimersByTimeAsync(10_000), kit.clock.advance(10_000)]);
      expect(counted(runs)).toEqual({ 'plain-neighbour': 10 });
    });
  });

  it('works in an app that does not import ScheduleModule', async () => {
    const { runs, ElectedClass, ElectedMethods, Plain } = jobs();
    const app = await boot({
      imports: [background(kit)],
      providers: [ElectedClass, ElectedMethods, Plain],
    });
    expect(managerOf(app).list()).toHaveLength(6);
    await Promise.all([jest.advanceTimersByTimeAsync(2_500), kit.clock.advance(2_500)]);
    expect(counted(runs)).toEqual({
      above: 2,
      below: 2,
      'class-cron': 2,
      'class-interval': 2,
      'class-timeout': 1,
      'cron-below': 2,
    });
  });

  it('takes over for every app of the process', async () => {
    const { ElectedMethods } = jobs();
    const first = await boot({ imports: [background(kit), schedule()], providers: [ElectedMethods] });
    const second = await boot({ imports: [schedule(), background(kit)], providers: [ElectedMethods] });
    for (const app of [first, second]) {
      expect(stockJobs(app).intervals).toEqual(['plain-neighbour']);
      expect(managerOf(app).list()).toHaveLength(3);
    }
  });

  describe('undecorated methods', () => {
    /** One plain class beside an elected one. */
    async function host(options?: Parameters<typeof ScheduleModule.forRoot>[0]) {
      const { runs, ElectedClass, Plain } = jobs();
      const app = await boot({
        imports: [ScheduleModule.forRoot(options), background(kit)],
        providers: [ElectedClass, Plain],
      });
      return { app, runs, registry: app.get(SchedulerRegistry), plain: app.get(Plain) };
    }

    it('are told by the switches of ScheduleModule alone, and elected ones by this module', async () => {
      const { app, runs } = await host({ intervals: false, cronJobs: false, timeouts: false });
      expect(stockJobs(app)).toEqual({ intervals: [], timeouts: [], crons: [] });
      await Promise.all([jest.advanceTimersByTimeAsync(2_500), kit.clock.advance(2_500)]);
      expect(counted(runs)).toEqual({ 'class-interval': 2, 'class-cron': 2, 'class-timeout': 1 });
    });

    it('are there for the dynamic API of @nestjs/schedule', async () => {
      const { runs, registry } = await host();
      registry.deleteInterval('plain-interval');
      void registry.getCronJob('plain-cron').stop();
      const dynamic = setInterval(() => runs.push('dynamic'), 1_000);
      registry.addInterval('dynamic', dynamic);
      await jest.advanceTimersByTimeAsync(3_500);
      expect(counted(runs)).toEqual({ 'plain-timeout': 1, dynamic: 3 });
    });

    it('go on after an error, which @nestjs/schedule logs', async () => {
      let runs = 0;
      @Injectable()
      class Failing {
        @Interval(1_000) update() {
          runs++;
          throw new Error('plain failure');
        }
      }
      await boot({ imports: [background(kit), schedule()], providers: [Failing] });
      await jest.advanceTimersByTimeAsync(3_500);
      expect(runs).toBe(3);
      expect(log.at('error')).toEqual(Array.from({ length: 3 }, () => 'Error: plain failure'));
    });

    it('may overlap, as elected ones never do', async () => {
      const most = { plain: 0, elected: 0 };
      const running = { plain: 0, elected: 0 };
      const work = async (kind: 'plain' | 'elected', wait: (done: () => void) => void) => {
        most[kind] = Math.max(most[kind], ++running[kind]);
        await new Promise<void>(wait);
        running[kind]--;
      };
      @Injectable()
      class Slow {
        @Interval(1_000) plain() {
          return work('plain', (done) => setTimeout(done, 2_500));
        }
        @LeaderElected('slow') @Interval(1_000) elected() {
          return work('elected', (done) => kit.clock.setTimeout(done, 2_500));
        }
      }
      await boot({ imports: [schedule(), background(kit)], providers: [Slow] });
      await Promise.all([jest.advanceTimersByTimeAsync(10_000), kit.clock.advance(10_000)]);
      expect(most).toEqual({ plain: 3, elected: 1 });
    });

    it('run until the end of the shutdown, as @nestjs/schedule clears them last', async () => {
      const { app, registry } = await host();
      await app.close();
      expect([registry.getIntervals(), [...registry.getCronJobs().keys()], registry.getTimeouts()]).toEqual([
        [],
        [],
        [],
      ]);
    });
  });

  describe('on a method', () => {
    it('wins over the class: key and options are its own', async () => {
      @LeaderElected('of-class', { timeLimit: 1_000, stallAfter: 1_000 })
      @Injectable()
      class Prices {
        @Interval(1_000) shared() {}
        @Interval(1_000) @LeaderElected('of-method', { stallAfter: 2_000 }) own() {}
      }
      const app = await boot({ imports: [background(kit)], providers: [Prices] });
      expect(managerOf(app).get('Prices.shared')).toMatchObject({ key: 'of-class', stallAfter: 1_000 });
      expect(managerOf(app).get('Prices.own')).toMatchObject({ key: 'of-method', stallAfter: 2_000 });
    });

    it('without a schedule is refused, with class, method and cure', async () => {
      @Injectable()
      class Prices {
        @LeaderElected('prices') update() {}
      }
      await expect(boot({ imports: [background(kit)], providers: [Prices] })).rejects.toThrow(
        /^Prices\.update: @LeaderElected is on a method without @Interval, @Cron, @Timeout or @Continuous\. Add one/,
      );
    });

    it.each([
      ['a static method', (target: object) => ({ target, property: 'update' })],
      ['a symbol', () => ({ target: {}, property: Symbol('update') as PropertyKey })],
    ])('refuses %s when the class is defined', (_what, place) => {
      const { target, property } = place(class Prices {});
      const decorate = LeaderElected('prices') as MethodDecorator;
      expect(() => decorate(target, property as string, { value: () => undefined })).toThrow(
        /not an instance method with a name\. Put it on a method/,
      );
    });

    it('refuses a property, and the decorators of the TC39 proposal', () => {
      const decorate: unknown = LeaderElected('prices');
      const apply = (...args: unknown[]) => (decorate as (...args: unknown[]) => void)(...args);
      expect(() => apply({}, 'update', undefined)).toThrow(/@LeaderElected\("prices"\) on Object\.update/);
      expect(() => apply(() => undefined, { kind: 'method' })).toThrow(/experimentalDecorators/);
    });
  });

  describe('on a class', () => {
    it('without any schedule is refused, with class and cure', async () => {
      @LeaderElected('prices')
      @Injectable()
      class Prices {
        update() {}
      }
      await expect(boot({ imports: [background(kit)], providers: [Prices] })).rejects.toThrow(
        /^Prices: @LeaderElected has nothing to run: .* Add one/,
      );
    });

    it.each([
      ['', /a non-empty string, received ""/],
      [undefined, /a non-empty string, received undefined/],
      ['new\nline', /no control characters/],
      ['orders:{}', /braces only as a hash tag/],
      ['x'.repeat(513), /at most 512 bytes/],
    ])('refuses the key %j', async (key, problem) => {
      @LeaderElected(key as string)
      @Injectable()
      class Prices {
        @Interval(1_000) update() {}
      }
      const booting = boot({ imports: [background(kit)], providers: [Prices] });
      await expect(booting).rejects.toThrow(problem);
      await expect(booting).rejects.toThrow(/^Prices\.update: .*Give @LeaderElected another key/);
    });
  });

  it('logs nothing above its level when all is well', async () => {
    const { ElectedClass, ElectedMethods } = jobs();
    await boot({ imports: [background(kit)], providers: [ElectedClass, ElectedMethods] });
    await kit.clock.advance(5_000);
    expect([...log.at('warn'), ...log.at('error')]).toEqual([]);
  });

  describe('without a call', () => {
    /** As JavaScript would apply it. */
    type Bare = (...args: unknown[]) => unknown;

    it('is an error that shows the call, on a class', () => {
      class Prices {}
      expect(() => (LeaderElected as Bare)(Prices)).toThrow(
        'Prices: @LeaderElected is used without a call. Write @LeaderElected("some:key")',
      );
    });

    it('is an error that shows the call, on a method', () => {
      class Prices {
        update() {}
      }
      const descriptor = Object.getOwnPropertyDescriptor(Prices.prototype, 'update');
      expect(() => (LeaderElected as Bare)(Prices.prototype, 'update', descriptor)).toThrow(
        'Prices.update: @LeaderElected is used without a call. Write @LeaderElected("some:key")',
      );
      expect(() => (Continuous as Bare)(Prices.prototype, 'update', descriptor)).toThrow(
        'Prices.update: @Continuous is used without a call. Write @Continuous()',
      );
    });
  });

  it('on a class that adds its jobs at run time is an error that names manager.register()', async () => {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      onModuleInit() {}
    }
    await expect(boot({ imports: [background(kit)], providers: [Prices] })).rejects.toThrow(
      /^Prices: @LeaderElected has nothing to run.*use BackgroundServiceManager\.register\(\) instead of SchedulerRegistry/,
    );
  });
});
