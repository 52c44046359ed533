import { describe, expect, it } from '@jest/globals';
import { Cron, Interval, Timeout } from '@nestjs/schedule';
import fc from 'fast-check';
import { declaredWorkers } from '../discovery/declared-workers.js';
import { takeOverPending, validateDefinition } from '../discovery/index.js';
import { InvalidWorkerError } from '../errors/index.js';
import { hostile } from '../../../../test/support/guests/hostile.js';
import { Continuous, LeaderElected } from './index.js';

type Factory = (...args: never[]) => MethodDecorator;

const SCHEDULES: Readonly<Record<string, Factory>> = { Interval, Cron, Timeout, Continuous };

/** What a boot makes of a class: the number of its workers. */
function boot(target: abstract new () => object): number {
  takeOverPending();
  const definitions = declaredWorkers(target).map((worker) =>
    worker.on(Object.create(target.prototype as object) as object),
  );
  definitions.forEach(validateDefinition);
  return definitions.length;
}

/** It runs, or it is refused by the one error for workers; never nothing, and no other error. */
function expectRunningOrRefused(decorate: () => abstract new () => object): void {
  try {
    expect(boot(decorate())).toBe(1);
  } catch (error) {
    if (!(error instanceof InvalidWorkerError)) throw error;
    expect(error.message.length).toBeLessThan(5_000);
  } finally {
    takeOverPending();
  }
}

describe('a decorated method, whatever the decorators are given,', () => {
  it.each(Object.entries(SCHEDULES))('runs or is refused: @%s', (_name, schedule) => {
    const property = fc.property(hostile, hostile, (first, second) => {
      // What @nestjs/schedule itself throws over is not ours to say.
      let decorator: MethodDecorator;
      try {
        decorator = (schedule as (...args: unknown[]) => MethodDecorator)(first(), second());
      } catch {
        return;
      }
      expectRunningOrRefused(() => {
        class Service {
          update() {}
        }
        decorator(Service.prototype, 'update', Object.getOwnPropertyDescriptor(Service.prototype, 'update')!);
        LeaderElected('key')(Service);
        return Service;
      });
    });
    fc.assert(property, { numRuns: 150 });
  });

  it('runs or is refused: @LeaderElected', () => {
    const property = fc.property(hostile, hostile, fc.boolean(), (key, options, onClass) => {
      expectRunningOrRefused(() => {
        class Service {
          @Interval(1_000) update() {}
        }
        const elected = LeaderElected(key() as string, options() as object);
        if (onClass) elected(Service);
        else
          elected(Service.prototype, 'update', Object.getOwnPropertyDescriptor(Service.prototype, 'update')!);
        return Service;
      });
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('is refused on any other place', () => {
    const place = fc.tuple(hostile, hostile, hostile);
    const property = fc.property(
      place,
      fc.constantFrom(LeaderElected('key'), Continuous()),
      (args, decorator) => {
        const [target, name, descriptor] = args.map((make) => make());
        fc.pre(typeof target !== 'function' || name !== undefined);
        const apply = decorator as (...given: unknown[]) => void;
        expect(() => apply(target, name, descriptor)).toThrow(InvalidWorkerError);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

describe('a schedule where nothing would run it', () => {
  it('is refused on a static method of an elected class', () => {
    @LeaderElected('key')
    class Service {
      @Interval(1_000) static update() {}
    }
    expect(() => boot(Service)).toThrow(/Service\.update: a schedule decorator is on a static member/);
  });

  it('is refused on a field of an elected class', () => {
    @LeaderElected('key')
    class Service {
      @(Interval(1_000) as PropertyDecorator) readonly update = () => undefined;
    }
    expect(() => boot(Service)).toThrow(/a field/);
  });

  it('is refused on a method whose name is a symbol', () => {
    const update = Symbol('update');
    @LeaderElected('key')
    class Service {
      @Interval(1_000) [update]() {}
    }
    expect(() => boot(Service)).toThrow(/Symbol\(update\)/);
  });

  it('is refused with options of @Continuous that nobody reads', () => {
    const decorate = () => {
      class Service {
        @Continuous({ minBackof: 5 } as object) follow() {}
      }
      return Service;
    };
    expect(decorate).toThrow(/Service\.follow: @Continuous has no "minBackof"/);
  });
});
