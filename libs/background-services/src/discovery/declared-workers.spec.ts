import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, SetMetadata, type Type } from '@nestjs/common';
import { Cron, Interval, ScheduleModule } from '@nestjs/schedule';
import { Continuous, LeaderElected } from '../decorators/index.js';
import { background, boot, closeApps, managerOf } from '../spec-support/boot.js';
import { stockJobs } from '../spec-support/stock-jobs.js';
import { BackgroundTestingKit } from '../testing/index.js';

describe('declaredWorkers', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
  });
  afterEach(closeApps);

  const bootWith = (...providers: Type[]) =>
    boot({ imports: [ScheduleModule.forRoot(), background(kit)], providers });

  /** The elected workers with their keys, and the intervals that @nestjs/schedule runs. */
  async function taken(...providers: Type[]) {
    const app = await bootWith(...providers);
    return {
      elected: Object.fromEntries(
        managerOf(app)
          .list()
          .map(({ name, key }) => [name, key]),
      ),
      stock: stockJobs(app).intervals,
    };
  }

  describe('inheritance', () => {
    it('takes methods inherited from a plain base, and leaves the base to @nestjs/schedule where it is used itself', async () => {
      class Base {
        @Interval(1_000) update() {}
      }
      @LeaderElected('elected')
      @Injectable()
      class Elected extends Base {}
      @Injectable()
      class Plain extends Base {}
      expect(await taken(Elected, Plain)).toEqual({
        elected: { 'Elected.update': 'elected' },
        stock: [expect.any(String)],
      });
    });

    it('runs an inherited method on the instance of the subclass', async () => {
      const runs: unknown[] = [];
      class Base {
        readonly of: string = 'base';
        @Interval('update', 1_000) update() {
          runs.push(this.of);
        }
      }
      @LeaderElected('elected')
      @Injectable()
      class Elected extends Base {
        override readonly of = 'subclass';
      }
      await bootWith(Elected);
      await kit.clock.advance(1_500);
      expect(runs).toEqual(['subclass']);
    });

    it('names workers after the class that is provided, so that two subclasses of one base do not collide', async () => {
      class Base {
        @Interval(1_000) update() {}
      }
      @LeaderElected('first')
      @Injectable()
      class First extends Base {}
      @LeaderElected('second')
      @Injectable()
      class Second extends Base {}
      expect(await taken(First, Second)).toEqual({
        elected: { 'First.update': 'first', 'Second.update': 'second' },
        stock: [],
      });
    });

    it('lets a subclass of an elected class run under the same lease', async () => {
      @LeaderElected('base')
      class Base {
        @Interval(1_000) update() {}
      }
      @Injectable()
      class Sub extends Base {}
      expect((await taken(Sub)).elected).toEqual({ 'Sub.update': 'base' });
    });

    it('lets a subclass with a key of its own elect what it inherits', async () => {
      @LeaderElected('base')
      class Base {
        @Interval(1_000) update() {}
      }
      @LeaderElected('sub')
      @Injectable()
      class Sub extends Base {
        @Interval(1_000) more() {}
      }
      expect((await taken(Sub)).elected).toEqual({ 'Sub.more': 'sub', 'Sub.update': 'sub' });
    });

    it.each(['above', 'below'])(
      "keeps the key of an inherited method that is elected itself, %s its schedule, whatever the subclass's key",
      async (order) => {
        class Base {
          update() {}
        }
        const decorators = [LeaderElected('of-method'), Interval(1_000)];
        if (order === 'below') decorators.reverse();
        Reflect.decorate(
          decorators,
          Base.prototype,
          'update',
          Object.getOwnPropertyDescriptor(Base.prototype, 'update'),
        );
        @LeaderElected('sub')
        @Injectable()
        class Sub extends Base {
          @Interval(1_000) more() {}
        }
        expect((await taken(Sub)).elected).toEqual({ 'Sub.more': 'sub', 'Sub.update': 'of-method' });
      },
    );

    it('does not run a method that a subclass overrides without a schedule, as in @nestjs/schedule', async () => {
      @LeaderElected('base')
      class Base {
        @Interval(1_000) update() {}
      }
      @Injectable()
      class Sub extends Base {
        override update() {}
      }
      expect(await taken(Sub)).toEqual({ elected: {}, stock: [] });
    });

    it('runs an override that is scheduled again', async () => {
      @LeaderElected('base')
      class Base {
        @Interval(1_000) update() {}
      }
      @LeaderElected('sub')
      @Injectable()
      class Sub extends Base {
        @Interval('override', 2_000) override update() {}
      }
      expect((await taken(Sub)).elected).toEqual({ override: 'sub' });
    });

    it('refuses an undecorated subclass with a schedule of its own: it would run on every replica', async () => {
      @LeaderElected('base')
      class Base {
        @Interval(1_000) update() {}
      }
      @Injectable()
      class Sub extends Base {
        @Interval(1_000) leak() {}
      }
      await expect(bootWith(Sub)).rejects.toThrow(
        'Sub.leak: a class above Sub is @LeaderElected and Sub is not, so this schedule would run on every replica. ' +
          'Decorate Sub with @LeaderElected too',
      );
    });

    it('takes methods over several levels, each once', async () => {
      class Top {
        @Interval(1_000) top() {}
        @Interval(1_000) overridden() {}
      }
      class Middle extends Top {
        @Interval(2_000) override overridden() {}
      }
      @LeaderElected('bottom')
      @Injectable()
      class Bottom extends Middle {
        @Interval(1_000) bottom() {}
      }
      const app = await bootWith(Bottom);
      expect(
        managerOf(app)
          .list()
          .map(({ name, period }) => [name, period]),
      ).toEqual([
        ['Bottom.bottom', 1_000],
        ['Bottom.overridden', 2_000],
        ['Bottom.top', 1_000],
      ]);
    });

    it('keeps what other packages marked an inherited method with', async () => {
      class Base {
        @SetMetadata('event', 'price') @Interval(1_000) update() {}
      }
      @LeaderElected('elected')
      @Injectable()
      class Elected extends Base {}
      await bootWith(Elected);
      expect(Reflect.getMetadata('event', Elected.prototype.update)).toBe('price');
      expect(Elected.prototype.update.name).toBe('update');
    });

    it('does not take a getter for a method', async () => {
      class Base {
        @Interval(1_000) update(): void {}
      }
      @LeaderElected('elected')
      @Injectable()
      class Elected {
        @Interval(1_000) own() {}
        get thrower(): never {
          throw new Error('a getter was called');
        }
      }
      Object.setPrototypeOf(Elected.prototype, Base.prototype);
      Object.defineProperty(Elected.prototype, 'update', {
        get: () => {
          throw new Error('a getter was called');
        },
      });
      // @nestjs/schedule asks instances for their methods, getters included: without it here.
      const app = await boot({ imports: [background(kit)], providers: [Elected] });
      expect(
        managerOf(app)
          .list()
          .map(({ name }) => name),
      ).toEqual(['Elected.own']);
    });
  });

  describe('decorators that replace the method', () => {
    /** As of many packages: the wrapper carries none of the marks of what it wraps. */
    const Wrap =
      (): MethodDecorator => (_target: object, _property: unknown, descriptor: PropertyDescriptor) => {
        const original = descriptor.value as (...args: unknown[]) => unknown;
        descriptor.value = function (this: unknown, ...args: unknown[]) {
          return original.apply(this, args);
        };
      };

    /** As of careful packages: the wrapper carries all marks. */
    const CopyingWrap =
      (): MethodDecorator => (target: object, property: string | symbol, descriptor: PropertyDescriptor) => {
        const original = descriptor.value as object;
        Wrap()(target, property, descriptor);
        for (const key of Reflect.getMetadataKeys(original) as unknown[])
          Reflect.defineMetadata(key, Reflect.getMetadata(key, original), descriptor.value as object);
      };

    /** As instrumentation does it: the method is replaced just before the real decorator marks it. */
    const wrapping =
      (real: MethodDecorator, wrap: MethodDecorator): MethodDecorator =>
      (target, property, descriptor) => {
        wrap(target, property, descriptor);
        return real(target, property, descriptor);
      };

    /** A class whose method `update` has these decorators, the topmost first. */
    function classWith(...decorators: MethodDecorator[]): Type {
      class Prices {
        update() {}
      }
      const descriptor = Object.getOwnPropertyDescriptor(Prices.prototype, 'update') as PropertyDescriptor;
      for (const decorate of decorators.toReversed()) decorate(Prices.prototype, 'update', descriptor);
      Object.defineProperty(Prices.prototype, 'update', descriptor);
      Injectable()(Prices);
      return Prices;
    }

    const elected = LeaderElected('prices') as MethodDecorator;
    const interval = Interval(1_000);

    it.each([
      ['@Wrap @LeaderElected @Interval', [Wrap(), elected, interval]],
      ['@Wrap @Interval @LeaderElected', [Wrap(), interval, elected]],
    ])('refuses %s: the job would be lost, or run on every replica', async (_order, decorators) => {
      await expect(bootWith(classWith(...decorators))).rejects.toThrow(
        /^Prices\.update: a decorator above has put another function in the place.*Put that decorator below/,
      );
    });

    it.each([
      ['@LeaderElected @Wrap @Interval', [elected, Wrap(), interval]],
      ['@LeaderElected @Wrap @Continuous', [elected, Wrap(), Continuous()]],
    ])('refuses %s: the schedule is lost', async (_order, decorators) => {
      await expect(bootWith(classWith(...decorators))).rejects.toThrow(/^Prices\.update: /);
    });

    it('refuses a wrapped schedule that leaves an elected class without any', async () => {
      const Prices = classWith(Wrap(), interval);
      LeaderElected('prices')(Prices);
      await expect(bootWith(Prices)).rejects.toThrow(
        /^Prices: @LeaderElected has nothing to run.*a decorator above it has replaced the method/,
      );
    });

    it.each([
      ['@LeaderElected @Interval @Wrap', [elected, interval, Wrap()]],
      ['@Interval @LeaderElected @Wrap', [interval, elected, Wrap()]],
      ['@CopyingWrap @LeaderElected @Interval', [CopyingWrap(), elected, interval]],
      ['@CopyingWrap @Interval @LeaderElected', [CopyingWrap(), interval, elected]],
      ['@Interval @CopyingWrap @LeaderElected', [interval, CopyingWrap(), elected]],
      ['@LeaderElected @CopyingWrap @Interval', [elected, CopyingWrap(), interval]],
      // The schedule is on the wrapper, as instrumentation that wraps the schedule decorators leaves it.
      ['@Interval @Wrap @LeaderElected', [interval, Wrap(), elected]],
      ['@LeaderElected @Wrapping(@Interval)', [elected, wrapping(interval, Wrap())]],
      ['@Wrapping(@Interval) @LeaderElected', [wrapping(interval, Wrap()), elected]],
    ])('works with %s', async (_order, decorators) => {
      const app = await bootWith(classWith(...decorators));
      expect(managerOf(app).get('Prices.update').key).toBe('prices');
      expect(stockJobs(app).intervals).toEqual([]);
      await kit.clock.advance(2_500);
      expect(managerOf(app).getMetrics('Prices.update').iterations).toBe(2);
    });

    it('works with a class decorator above that schedules a method, or returns a subclass', async () => {
      const Replace = (target: Type) => ({ Replaced: class extends target {} }).Replaced as typeof target;
      const First = classWith(interval);
      LeaderElected('first')(First);
      Object.defineProperty(First, 'name', { value: 'First' });
      const Replaced = Replace(First);
      Injectable()(Replaced);

      @Injectable()
      @LeaderElected('second')
      class Second {
        update() {}
      }
      Interval(1_000)(
        Second.prototype,
        'update',
        Object.getOwnPropertyDescriptor(Second.prototype, 'update') as PropertyDescriptor,
      );
      expect(await taken(Replaced, Second)).toEqual({
        elected: { 'Replaced.update': 'first', 'Second.update': 'second' },
        stock: [],
      });
    });
  });

  describe('several schedules on one method', () => {
    it.each([
      ['of two kinds', [Interval(1_000), Cron('0 4 * * *')]],
      ['one of them continuous', [Interval(1_000), Continuous()]],
    ])('are refused: %s', async (_which, schedules) => {
      class Prices {
        update() {}
      }
      const descriptor = Object.getOwnPropertyDescriptor(Prices.prototype, 'update') as PropertyDescriptor;
      for (const decorate of schedules) decorate(Prices.prototype, 'update', descriptor);
      LeaderElected('prices')(Prices);
      await expect(bootWith(Prices)).rejects.toThrow(
        'Prices.update: it has more than one schedule decorator. Give each schedule a method of its own',
      );
    });

    it('are refused above and below @LeaderElected too', async () => {
      @Injectable()
      class Prices {
        @Interval(1_000) @LeaderElected('prices') @Cron('0 4 * * *') update() {}
      }
      await expect(bootWith(Prices)).rejects.toThrow('more than one schedule decorator');
    });
  });

  it('refuses @Continuous without a leader', async () => {
    @Injectable()
    class Stream {
      @Continuous() follow() {}
    }
    await expect(bootWith(Stream)).rejects.toThrow(
      'Stream.follow: @Continuous needs a leader, and neither the method nor its class has @LeaderElected. ' +
        'Add @LeaderElected("some:key")',
    );
  });

  it('runs the method that stands on the instance at the time, so that spies work', async () => {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      @Interval('update', 1_000) update() {
        throw new Error('the original ran');
      }
    }
    const app = await bootWith(Prices);
    app.get(Prices).update = () => undefined;
    kit.attach(app);
    expect(await kit.runIteration('update')).toMatchObject({ outcome: 'succeeded' });
  });
});
