import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import * as errors from '../errors/index.js';
import * as first from '../index.js';
import { background, boot, closeApps, log } from '../spec-support/boot.js';
import { resolveOptions } from '../options/resolve-options.js';
import { BackgroundTestingKit } from '../testing/index.js';

type ErrorClass = abstract new (...args: never[]) => errors.BackgroundServicesError;

/** All of them, also those that no entry exports. */
function errorClasses(room: typeof errors): ReadonlyMap<string, ErrorClass> {
  const isClass = ([name, value]: readonly [string, unknown]) =>
    typeof value === 'function' && name.endsWith('Error') && value.prototype instanceof Error;
  return new Map(Object.entries(room).filter(isClass) as [string, ErrorClass][]);
}

/** What is in a process when part of it `require`s the package and another part, or another version, is loaded beside it. */
describe('Two copies of the package', () => {
  let kit: BackgroundTestingKit;
  let second: typeof first;
  let secondErrors: typeof errors;

  beforeEach(async () => {
    kit = new BackgroundTestingKit();
    jest.resetModules();
    second = await import('../index.js');
    secondErrors = await import('../errors/index.js');
    expect(second.LeaderElected).not.toBe(first.LeaderElected);
  });
  afterEach(closeApps);

  it('know the errors of each other by their classes, and of an app no more than before', () => {
    class Own extends first.LeadershipLostError {}
    const error: unknown = new second.LeadershipLostError('prices', 1, 'lost');
    expect(error).toBeInstanceOf(first.LeadershipLostError);
    expect(error).toBeInstanceOf(first.BackgroundServicesError);
    expect(error).not.toBeInstanceOf(first.NotLeaderError);
    expect(error).not.toBeInstanceOf(Own);
    expect(new Own('prices', 1, 'lost')).toBeInstanceOf(second.LeadershipLostError);
    expect(Object.assign(new Error('no'), { name: 'NotLeaderError' })).not.toBeInstanceOf(
      first.NotLeaderError,
    );
  });

  it('have one system clock, with which a heartbeat thread may be asked for', async () => {
    const { systemClock } = await import('../entries/store.js');
    const options = { redis: 'redis://127.0.0.1:1', heartbeat: 'thread', clock: systemClock } as const;
    expect(resolveOptions(options).clock).toBe(systemClock);
  });

  it('know every error class of each other, whatever a bundler calls it', () => {
    for (const [name, type] of errorClasses(errors)) {
      const twin = errorClasses(secondErrors).get(name)!;
      expect(twin).not.toBe(type);
      Object.defineProperty(twin, 'name', { value: 'a' });
      expect(Object.create(twin.prototype as object)).toBeInstanceOf(type);
      for (const other of errorClasses(errors).values())
        if (!(type.prototype instanceof other) && other !== type)
          expect(Object.create(twin.prototype as object)).not.toBeInstanceOf(other);
    }
  });

  it('do not take classes of an app for each other that have one name, or none', () => {
    const subclass = () => {
      class AppError extends errors.StoreError {}
      return AppError;
    };
    const [One, Other] = [subclass(), subclass()];
    expect(new One('no')).not.toBeInstanceOf(Other);
    expect(new One('no')).toBeInstanceOf(One);
    expect(new One('no')).toBeInstanceOf(secondErrors.StoreError);
    const anonymous = () => (() => class extends errors.StoreError {})();
    const [Unnamed, Another] = [anonymous(), anonymous()];
    expect(new Unnamed('no')).not.toBeInstanceOf(Another);
    expect(new Unnamed('no')).toBeInstanceOf(Unnamed);
    class LeadershipLostError extends first.BackgroundServicesError {
      readonly code = 'BGS_STORE';
    }
    expect(new LeadershipLostError('no')).not.toBeInstanceOf(first.LeadershipLostError);
    expect(new first.LeadershipLostError('prices', 1, 'lost')).not.toBeInstanceOf(LeadershipLostError);
  });

  it('elect each other’s classes, whose methods are on no timer of @nestjs/schedule then, and which are not said to lack the module', async () => {
    const iterations: (string | undefined)[] = [];
    @Injectable()
    class Prices {
      @Interval('prices', 1_000)
      @second.LeaderElected('prices')
      update() {
        iterations.push(first.currentIteration()?.worker, second.currentIteration()?.worker);
      }
    }
    await boot({ imports: [background(kit)], providers: [Prices] });
    await kit.clock.advance(1_500);
    expect(iterations).toEqual(['prices', 'prices']);
    expect(log.at('warn')).toEqual([]);
  });

  it('run each other’s services, which have their controls', async () => {
    @Injectable()
    class Candles extends second.BackgroundService {
      readonly serviceName = 'candles';
      override readonly schedule = { every: 1_000 };
      override readonly leaseKey = 'candles';
      processIteration() {
        return undefined;
      }
    }
    class Other extends first.BackgroundService {
      readonly serviceName = 'other';
      processIteration() {
        return undefined;
      }
    }
    const app = await boot({ imports: [background(kit)], providers: [Candles] });
    await kit.clock.advance(1_500);
    const candles = app.get(Candles);
    expect(candles.isRunning()).toBe(true);
    expect(candles.getMetrics()).toMatchObject({ iterations: 1 });
    expect(candles).toBeInstanceOf(first.BackgroundService);
    expect(candles).not.toBeInstanceOf(Other);
  });
});
