import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, SetMetadata } from '@nestjs/common';
import {
  Cron,
  CronExpression,
  type CronOptions,
  Interval,
  ScheduleModule,
  SchedulerRegistry,
  Timeout,
} from '@nestjs/schedule';
import { LeaderElected } from '../decorators/index.js';
import { background, boot, closeApps, log, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import { CronSlots } from '../workers/index.js';
import { assertScheduleMetadata, takenSchedules, takeOverSchedule } from './schedule-metadata.js';

const NOON = new Date('2026-07-01T12:00:00.000Z');

describe('what the decorators of @nestjs/schedule say', () => {
  let kit: BackgroundTestingKit;

  beforeEach(() => {
    kit = new BackgroundTestingKit(NOON);
  });
  afterEach(closeApps);

  /** An app with one elected method that has this schedule; its worker is named `Job.run` unless the schedule names it. */
  async function scheduled(schedule: MethodDecorator, options = {}) {
    const runs: Date[] = [];
    @LeaderElected('job', options)
    @Injectable()
    class Job {
      @schedule run() {
        runs.push(new Date(kit.clock.wall()));
      }
    }
    const app = await boot({ imports: [ScheduleModule.forRoot(), background(kit)], providers: [Job] });
    const manager = managerOf(app);
    return { manager, runs, name: manager.list()[0]?.name ?? '(none)' };
  }

  const times = (runs: readonly Date[]) => runs.map((run) => run.toISOString());

  describe('names', () => {
    it.each<[string, MethodDecorator, string]>([
      ['@Interval(ms)', Interval(1_000), 'Job.run'],
      ['@Interval(name, ms)', Interval('prices', 1_000), 'prices'],
      ['@Timeout(ms)', Timeout(1_000), 'Job.run'],
      ['@Timeout(name, ms)', Timeout('warm-up', 1_000), 'warm-up'],
      ['@Cron(pattern)', Cron('0 4 * * *'), 'Job.run'],
      ['@Cron(pattern, { name })', Cron('0 4 * * *', { name: 'daily' }), 'daily'],
    ])('of %s', async (_form, schedule, name) => {
      expect((await scheduled(schedule)).name).toBe(name);
    });
  });

  describe('@Interval', () => {
    it('runs first one interval after the election, then at a fixed rate', async () => {
      const { runs } = await scheduled(Interval(30_000));
      await kit.clock.advance(95_000);
      expect(times(runs)).toEqual([
        '2026-07-01T12:00:30.000Z',
        '2026-07-01T12:01:00.000Z',
        '2026-07-01T12:01:30.000Z',
      ]);
    });

    it('runs at once with immediate: true', async () => {
      const { runs } = await scheduled(Interval(30_000), { immediate: true });
      await kit.clock.advance(35_000);
      expect(times(runs)).toEqual(['2026-07-01T12:00:00.000Z', '2026-07-01T12:00:30.000Z']);
    });

    it.each([0, -1, NaN, Infinity, undefined, null, '1000'])(
      'refuses %p ms, with class, method and cure',
      async (ms) => {
        await expect(scheduled(Interval('job', ms as number))).rejects.toThrow(
          /^Job\.run: the interval must be a positive number of ms, received .*\. Use e\.g\. 30_000 for 30 s$/,
        );
      },
    );
  });

  describe('@Timeout', () => {
    it('runs once a term, that long after its beginning', async () => {
      const { runs } = await scheduled(Timeout(5_000));
      await kit.clock.advance(60_000);
      expect(times(runs)).toEqual(['2026-07-01T12:00:05.000Z']);
    });

    it('runs at once with 0 ms', async () => {
      const { runs } = await scheduled(Timeout(0));
      await kit.clock.advance(1_000);
      expect(runs).toHaveLength(1);
    });

    it.each([-1, NaN, Infinity, undefined])('refuses %p ms', async (ms) => {
      await expect(scheduled(Timeout('job', ms as number))).rejects.toThrow(
        /^Job\.run: the delay must be a number of ms, not negative/,
      );
    });
  });

  describe('@Cron', () => {
    it('runs at the slots of a pattern of five fields', async () => {
      const { runs } = await scheduled(Cron('*/2 * * * *', { timeZone: 'UTC' }));
      await kit.clock.advance(240_000);
      expect(times(runs)).toEqual(['2026-07-01T12:02:00.000Z', '2026-07-01T12:04:00.000Z']);
    });

    it('runs at the slots of a pattern of six fields', async () => {
      const { runs } = await scheduled(Cron('*/20 * * * * *', { timeZone: 'UTC' }));
      await kit.clock.advance(60_000);
      expect(times(runs)).toEqual([
        '2026-07-01T12:00:20.000Z',
        '2026-07-01T12:00:40.000Z',
        '2026-07-01T12:01:00.000Z',
      ]);
    });

    it('honours timeZone', async () => {
      const { manager, name } = await scheduled(Cron('0 4 * * *', { timeZone: 'America/New_York' }));
      await kit.clock.advance(100);
      expect(manager.get(name)).toMatchObject({
        nextRunAt: new Date('2026-07-02T08:00:00.000Z'),
        schedule: '0 4 * * * (America/New_York)',
      });
    });

    it.each([
      [-240, '2026-07-02T08:00:00.000Z'],
      [330, '2026-07-01T22:30:00.000Z'],
      [0, '2026-07-02T04:00:00.000Z'],
    ])('honours utcOffset: %p, in minutes', async (utcOffset, next) => {
      const { manager, name } = await scheduled(Cron('0 4 * * *', { utcOffset }));
      await kit.clock.advance(100);
      expect(manager.get(name).nextRunAt).toEqual(new Date(next));
    });

    it('honours disabled: it is registered, stopped, and runs once it is started', async () => {
      const { manager, name, runs } = await scheduled(Cron('* * * * *', { disabled: true }));
      await kit.clock.advance(180_000);
      expect(runs).toEqual([]);
      expect(manager.get(name)).toMatchObject({ mode: 'stopped', disabled: true, nextRunAt: undefined });
      manager.start(name);
      expect(manager.get(name)).toMatchObject({ mode: 'started', disabled: false });
      await kit.clock.advance(120_000);
      expect(runs.length).toBeGreaterThanOrEqual(1);
    });

    it('honours initialDelay: no slot before it, counted from the boot', async () => {
      const { runs } = await scheduled(Cron('* * * * *', { timeZone: 'UTC', initialDelay: 90_000 }));
      await kit.clock.advance(180_000);
      expect(times(runs)).toEqual(['2026-07-01T12:02:00.000Z', '2026-07-01T12:03:00.000Z']);
    });

    it('honours a Date: once, at that time', async () => {
      const { runs } = await scheduled(Cron(new Date('2026-07-01T12:00:30.250Z')));
      await kit.clock.advance(180_000);
      expect(times(runs)).toEqual(['2026-07-01T12:00:30.250Z']);
    });

    it('does not run a Date that has passed', async () => {
      const { runs } = await scheduled(Cron(new Date('2026-07-01T11:59:59.000Z')));
      await kit.clock.advance(60_000);
      expect(runs).toEqual([]);
    });

    it("honours a DateTime of Luxon, or anything else with Luxon's toJSDate()", async () => {
      class DateTime {
        constructor(private readonly at: string) {}
        toJSDate() {
          return new Date(this.at);
        }
      }
      const { runs } = await scheduled(Cron(new DateTime('2026-07-01T12:01:00.000Z') as never));
      await kit.clock.advance(120_000);
      expect(times(runs)).toEqual(['2026-07-01T12:01:00.000Z']);
    });

    it('never overlaps, whatever waitForCompletion says', async () => {
      let running = 0;
      let most = 0;
      @LeaderElected('job')
      @Injectable()
      class Job {
        @Cron('* * * * * *', { waitForCompletion: false }) async run() {
          most = Math.max(most, ++running);
          await new Promise<void>((resolve) => void kit.clock.setTimeout(resolve, 2_500));
          running--;
        }
      }
      await boot({ imports: [background(kit)], providers: [Job] });
      await kit.clock.advance(10_000);
      expect(most).toBe(1);
    });

    it('reads every option', () => {
      const options = {
        name: 'daily',
        timeZone: 'UTC',
        disabled: true,
        initialDelay: 5_000,
        threshold: 250,
        unrefTimeout: true,
        waitForCompletion: true,
      };
      const method = () => undefined;
      Cron('0 4 * * *', options)({}, 'method', { value: method });
      takeOverSchedule(method);
      expect(takenSchedules(method)).toEqual([
        {
          name: 'daily',
          spec: {
            kind: 'cron',
            pattern: '0 4 * * *',
            timeZone: 'UTC',
            disabled: true,
            initialDelay: 5_000,
            threshold: 250,
          },
        },
      ]);
      expect(Reflect.getMetadataKeys(method)).toHaveLength(1);
    });

    it('takes null for an option that is not given, as `cron` does', async () => {
      const options = { timeZone: 'UTC', utcOffset: null, threshold: null, disabled: null, runOnInit: null };
      const { manager, name } = await scheduled(Cron('0 4 * * *', options as never));
      await kit.clock.advance(100);
      expect(manager.get(name).nextRunAt).toEqual(new Date('2026-07-02T04:00:00.000Z'));
    });

    it('runs at the steps that `cron` accepts, however long, with a warning that says what they mean', async () => {
      @LeaderElected('job')
      @Injectable()
      class Job {
        @Cron('*/90 * * * *', { timeZone: 'UTC' }) run() {}
      }
      const app = await boot({ imports: [background(kit)], providers: [Job] });
      await kit.clock.advance(100);
      expect(managerOf(app).get('Job.run').nextRunAt).toEqual(new Date('2026-07-01T13:00:00.000Z'));
      expect(log.at('warn').filter((line) => line.includes('*/90'))).toEqual([
        expect.stringMatching(/^Job\.run: "\*\/90" in the cron pattern .+ matches only minute 0/),
      ]);
    });

    it('means the same by every CronExpression as @nestjs/schedule does', async () => {
      @Injectable()
      class Empty {}
      for (const [name, expression] of Object.entries(CronExpression)) {
        const options = { name, timeZone: 'UTC', disabled: true };
        const value = () => undefined;
        Object.defineProperty(Empty.prototype, name, { value });
        Cron(expression, options)(Empty.prototype, name, { value });
      }
      const app = await boot({ imports: [ScheduleModule.forRoot()], providers: [Empty] });
      const registry = app.get(SchedulerRegistry);
      expect(registry.getCronJobs().size).toBeGreaterThan(60);
      for (const [name, expression] of Object.entries(CronExpression)) {
        const { cronTime } = registry.getCronJob(name);
        const slots = new CronSlots(expression, { timeZone: 'UTC' });
        let at = NOON.getTime();
        for (let count = 0; count < 3; count++) {
          const next = slots.next(at) ?? NaN;
          expect([name, next]).toEqual([name, cronTime.getNextDateFrom(new Date(at), 'UTC').toMillis()]);
          at = next;
        }
      }
    });

    it.each<[string, unknown, CronOptions, RegExp]>([
      ['a pattern with a typing error', '0 25 * * *', {}, /the cron time "0 25 \* \* \*" is not understood/],
      ['an empty pattern', '', {}, /the cron time "" is not understood/],
      ['a sentence', 'every day', {}, /the cron time "every day" is not understood/],
      ['undefined', undefined, {}, /the cron time "undefined" is not understood/],
      ['an object', { hour: 4 }, {}, /the cron time "an object \(Object\)" is not understood/],
      ['a number', 1_000, {}, /the cron time "1000" is not understood/],
      ['an invalid Date', new Date(NaN), {}, /the cron time Invalid Date is not understood/],
      [
        'an unknown zone',
        '0 4 * * *',
        { timeZone: 'America/Gotham' },
        /in zone "America\/Gotham" is not understood/,
      ],
      ['a zone that is no name', '0 4 * * *', { timeZone: 5 as never }, /timeZone must be an IANA name/],
      ['zone and offset', '0 4 * * *', { timeZone: 'UTC', utcOffset: 60 } as never, /are both given/],
      [
        'an offset that is no number',
        '0 4 * * *',
        { utcOffset: '+02:00' as never },
        /utcOffset must be a whole/,
      ],
      ['an offset of half minutes', '0 4 * * *', { utcOffset: 0.5 }, /utcOffset must be a whole/],
      ['an offset of more than four days', '0 4 * * *', { utcOffset: 6_000 }, /utcOffset must be a whole/],
      ['what only croner knows', '0 0 L * *', {}, /"l" is no name of a month or day, and no modifier/],
      [
        'an option that only `cron` obeys',
        '0 4 * * *',
        { runOnInit: true } as never,
        /@Cron has options that an elected worker does not obey: "runOnInit"\. Leave them out/,
      ],
      ['a negative initial delay', '0 4 * * *', { initialDelay: -1 }, /initialDelay must be a number of ms/],
      [
        'a threshold that is no number',
        '0 4 * * *',
        { threshold: 'x' as never },
        /threshold must be a number/,
      ],
    ])('refuses %s, with class, method and cure', async (_what, cronTime, options, problem) => {
      const booting = scheduled(Cron(cronTime as string, options));
      await expect(booting).rejects.toThrow(/^Job\.run: .+\. (Use|Give|Leave) /);
      await expect(booting).rejects.toThrow(problem);
    });
  });

  describe('assertScheduleMetadata', () => {
    it('accepts the installed version', () => {
      expect(() => assertScheduleMetadata()).not.toThrow();
    });

    it('accepts decorators that an instrumentation has wrapped: the marks are on the wrapper', () => {
      const wrapped =
        (decorator: (...args: never[]) => MethodDecorator) =>
        (...args: unknown[]): MethodDecorator =>
        (target, property, descriptor) => {
          descriptor.value = (() => 'wrapper') as never;
          SetMetadata('instrumented', true)(target, property, descriptor);
          return decorator(...(args as never[]))(target, property, descriptor);
        };
      const stock = { Interval: wrapped(Interval), Timeout: wrapped(Timeout), Cron: wrapped(Cron) };
      expect(() => assertScheduleMetadata(stock)).not.toThrow();
    });

    it('refuses a version that marks methods in another way, with what was expected and received', () => {
      const stock = { Interval, Timeout, Cron };
      const other = SetMetadata('SCHEDULER_KIND', 'interval');
      expect(() => assertScheduleMetadata({ ...stock, Interval: () => other })).toThrow(
        /marks @Interval methods in an unknown way: expected .*SCHEDULER_TYPE.*received .*SCHEDULER_KIND.*Install a supported version/,
      );
      expect(() => assertScheduleMetadata({ ...stock, Timeout: Interval })).toThrow(/@Timeout/);
      expect(() => assertScheduleMetadata({ ...stock, Cron: () => () => undefined })).toThrow(/@Cron/);
    });
  });
});
