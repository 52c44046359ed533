import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { background, boot, closeApps, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import type { Iteration } from '../workers/index.js';
import { Continuous, type ContinuousOptions, LeaderElected } from './index.js';

describe('@Continuous', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit();
  });
  afterEach(closeApps);

  /** An app whose only worker follows a stream until its signal aborts. */
  async function following(options?: ContinuousOptions) {
    const events: string[] = [];
    @LeaderElected('stream')
    @Injectable()
    class Stream {
      @Continuous(options) async follow({ signal }: Iteration) {
        events.push('begin');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        events.push('end');
      }
    }
    const app = await boot({ imports: [background(kit)], providers: [Stream] });
    return { app, events, manager: managerOf(app) };
  }

  it('runs for as long as the replica leads, once a term', async () => {
    const { events, manager } = await following();
    await kit.clock.advance(120_000);
    expect(events).toEqual(['begin']);
    expect(manager.get('Stream.follow')).toMatchObject({
      schedule: 'continuous',
      runningFor: expect.any(Number) as unknown as number,
    });
    kit.steal('stream', 'thief', 15_000);
    await kit.clock.advance(15_000);
    expect(events).toEqual(['begin', 'end']);
    await kit.clock.advance(30_000);
    expect(events).toEqual(['begin', 'end', 'begin']);
  });

  it('ends with the app', async () => {
    const { app, events } = await following();
    await kit.clock.advance(1_000);
    await app.close();
    expect(events).toEqual(['begin', 'end']);
  });

  it('is named by its option', async () => {
    const { manager } = await following({ name: 'quotes' });
    expect(manager.list()).toMatchObject([{ name: 'quotes', place: 'Stream.follow' }]);
  });

  it('takes undefined options for options that are not given', async () => {
    await expect(following({ minBackoff: undefined, maxBackoff: undefined })).resolves.toBeDefined();
  });

  it('is begun again with growing delays if it returns', async () => {
    const begins: number[] = [];
    @LeaderElected('stream')
    @Injectable()
    class Stream {
      @Continuous({ minBackoff: 100, maxBackoff: 400 }) follow() {
        begins.push(kit.clock.monotonic());
      }
    }
    await boot({ imports: [background(kit)], providers: [Stream] });
    await kit.clock.advance(2_000);
    const delays = begins.slice(1).map((at, i) => at - (begins[i] ?? 0));
    // The kit's random numbers are all 0.5, so each delay is half of its bound.
    expect(delays.slice(0, 4)).toEqual([50, 100, 200, 200]);
  });

  it.each<[ContinuousOptions]>([
    [{ minBackoff: 0 }],
    [{ minBackoff: 5_000, maxBackoff: 1_000 }],
    [{ maxBackoff: NaN }],
  ])('refuses %j, with class, method and cure', async (options) => {
    await expect(following(options)).rejects.toThrow(
      /^Stream\.follow: 0 < minBackoff <= maxBackoff must hold.*Use e\.g\./,
    );
  });

  it('works for one elected method, above and below @LeaderElected', async () => {
    const runs: string[] = [];
    @Injectable()
    class Streams {
      @LeaderElected('a') @Continuous() above() {
        runs.push('above');
      }
      @Continuous() @LeaderElected('b') below() {
        runs.push('below');
      }
    }
    await boot({ imports: [background(kit)], providers: [Streams] });
    await kit.clock.advance(10);
    expect(runs.sort()).toEqual(['above', 'below']);
  });

  it('refuses what is not an instance method when the class is defined', () => {
    expect(() => {
      class Stream {
        @(Continuous() as PropertyDecorator) follow = () => undefined;
      }
      return Stream;
    }).toThrow(/^@Continuous on Stream\.follow: it is not an instance method with a name/);
    expect(() => {
      class Stream {
        @Continuous() static follow() {}
      }
      return Stream;
    }).toThrow(/^@Continuous on Stream\.follow: /);
  });
});
