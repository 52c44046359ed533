import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { CronJob } from 'cron';
import { Continuous, LeaderElected } from '../../decorators/index.js';
import { ElectedScheduleError } from '../../errors/index.js';
import { background, boot, closeApps, closeOn, log, managerOf } from '../../spec-support/boot.js';
import { BackgroundTestingKit } from '../../testing/index.js';
import { BackgroundService } from '../../workers/index.js';

const NOON = new Date('2026-07-01T12:00:00.000Z');

describe('the SchedulerRegistry of @nestjs/schedule', () => {
  let kit: BackgroundTestingKit;
  let runs: string[];

  beforeEach(() => {
    kit = new BackgroundTestingKit(NOON);
    runs = [];
  });
  afterEach(closeApps);

  function electedClass(): Type {
    @LeaderElected('jobs:leader')
    @Injectable()
    class Jobs {
      @Cron('30 * * * *', { name: 'half-past', timeZone: 'UTC' }) halfPast() {
        runs.push('half-past');
      }
      @Cron('0 4 * * *', { name: 'off', timeZone: 'UTC', disabled: true }) off() {
        runs.push('off');
      }
      @Cron('0 5 * * *') unnamed() {}
      @Interval('often', 1_000) often() {
        runs.push('often');
      }
      @Timeout('late', 60_000) late() {}
      @Continuous({ name: 'stream' }) async stream() {}
    }
    return Jobs;
  }

  async function host(...providers: readonly Type[]) {
    const app = await boot({
      imports: [ScheduleModule.forRoot(), background(kit)],
      providers: [electedClass(), ...providers],
    });
    await kit.clock.advance(100);
    return { app, registry: app.get(SchedulerRegistry), manager: managerOf(app) };
  }

  const warnings = () => log.at('warn').filter((line) => line.includes('SchedulerRegistry'));

  it('finds elected workers, each under its kind', async () => {
    const { registry } = await host();
    expect([...registry.getCronJobs().keys()]).toEqual(['half-past', 'off', 'Jobs.unnamed']);
    expect(registry.getIntervals()).toEqual(['often']);
    expect(registry.getTimeouts()).toEqual(['late']);
    expect(registry.doesExist('cron', 'half-past')).toBe(true);
    expect(registry.doesExist('interval', 'often')).toBe(true);
    expect(registry.doesExist('timeout', 'late')).toBe(true);
    expect(registry.doesExist('cron', 'stream')).toBe(false);
    expect(warnings()).toEqual([]);
  });

  it('has no handle of a timer for them', async () => {
    const timers = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'setInterval')];
    try {
      await host();
      expect(
        timers.flatMap(({ mock }) => mock.calls.map(([, delay]) => delay)).filter((delay) => delay),
      ).toEqual([]);
    } finally {
      jest.restoreAllMocks();
    }
  });

  describe('a cron job of it that is elected', () => {
    it('tells its name, its dates, its pattern and its state', async () => {
      const { registry } = await host();
      const job = registry.getCronJob('half-past');
      expect(job.name).toBe('half-past');
      expect(job.nextDate().toJSDate()).toEqual(new Date('2026-07-01T12:30:00.000Z'));
      expect(job.nextDate().toISO()).toBe('2026-07-01T12:30:00.000Z');
      expect(`${String(job.nextDate())} ${JSON.stringify(job.nextDate())}`).toBe(
        '2026-07-01T12:30:00.000Z "2026-07-01T12:30:00.000Z"',
      );
      expect(job.nextDates(2).map((date) => date.toMillis())).toEqual([
        Date.parse('2026-07-01T12:30:00.000Z'),
        Date.parse('2026-07-01T13:30:00.000Z'),
      ]);
      expect(job.nextDates()).toEqual([]);
      expect(job.lastDate()).toBeNull();
      expect([job.isActive, job.isCallbackRunning, job.runOnce]).toEqual([true, false, false]);
      expect(job.cronTime).toMatchObject({ source: '30 * * * *', timeZone: 'UTC' });
      expect(Number(job.cronTime.sendAt())).toBe(Date.parse('2026-07-01T12:30:00.000Z'));
      expect(job.cronTime.sendAt(3)).toHaveLength(3);
      await kit.clock.advance(1_800_000);
      expect(runs).toContain('half-past');
      expect(job.lastDate()).toEqual(new Date('2026-07-01T12:30:00.000Z'));
      expect(job.lastExecution).toEqual(job.lastDate());
      expect(job.nextDate().valueOf()).toBe(Date.parse('2026-07-01T13:30:00.000Z'));
    });

    it('has every public method that the real one has', async () => {
      const { registry } = await host();
      const real = new CronJob('30 * * * *', () => undefined, null, false, 'UTC');
      const names = Object.getOwnPropertyNames(Object.getPrototypeOf(real)).filter(
        (name) => !name.startsWith('_'),
      );
      expect(names).toContain('fireOnTick');
      expect(names.filter((name) => !(name in registry.getCronJob('half-past')))).toEqual([]);
    });

    it('stops and starts the worker on this replica', async () => {
      const { registry, manager } = await host();
      const job = registry.getCronJob('half-past');
      await job.stop();
      expect([job.isActive, manager.get('half-past').mode]).toEqual([false, 'stopped']);
      await kit.clock.advance(1_800_000);
      expect(runs).not.toContain('half-past');
      job.start();
      expect([job.isActive, manager.get('half-past').mode]).toEqual([true, 'started']);
    });

    it('starts one that was declared disabled', async () => {
      const { registry, manager } = await host();
      expect(registry.getCronJob('off').isActive).toBe(false);
      registry.getCronJob('off').start();
      expect(manager.get('off')).toMatchObject({ mode: 'started', disabled: false });
    });

    it('runs one iteration when it is fired, if this replica leads', async () => {
      const { registry } = await host();
      await registry.getCronJob('half-past').fireOnTick();
      expect(runs).toContain('half-past');
    });

    it('says in the log why it does not run when it is fired, and throws nothing', async () => {
      const { registry, manager } = await host();
      await manager.stop('half-past');
      await registry.getCronJob('half-past').fireOnTick();
      expect(runs).not.toContain('half-past');
      expect(log.at('error').join('\n')).toContain('Worker "half-past" is stopped on this replica');
    });

    it.each([
      ['setTime', 'setTime() would change its schedule on this replica only. Register a worker'],
      ['addCallback', 'addCallback() would add work that is not elected. Call it in the method'],
    ] as const)('refuses %s() with what to do instead', async (method, message) => {
      const { registry } = await host();
      const job = registry.getCronJob('half-past');
      expect(() => job[method](undefined as never)).toThrow(ElectedScheduleError);
      expect(() => job[method](undefined as never)).toThrow(
        `"half-past" is an elected worker, and ${message}`,
      );
    });

    it('has no next date after a Date that has passed, as the real one', async () => {
      @LeaderElected('once')
      @Injectable()
      class Once {
        @Cron(new Date('2026-07-01T11:00:00.000Z'), { name: 'once' }) run() {}
      }
      const { registry } = await host(Once);
      const job = registry.getCronJob('once');
      expect(job.runOnce).toBe(true);
      expect(() => job.nextDate()).toThrow('"once" is an elected worker, and it has no further date');
    });

    it('stops its worker when it is deleted, and its name is free', async () => {
      const { registry, manager } = await host();
      registry.deleteCronJob('half-past');
      await kit.clock.advance(10);
      expect(manager.get('half-past').mode).toBe('stopped');
      expect(registry.doesExist('cron', 'half-past')).toBe(false);
    });
  });

  describe('an interval or timeout of it that is elected', () => {
    it.each([
      ['getInterval', 'often', 'interval'],
      ['getTimeout', 'late', 'timeout'],
    ] as const)('has no timer that %s() could answer with, and says what to use', async (get, name, kind) => {
      const { registry } = await host();
      expect(() => registry[get]<unknown>(name)).toThrow(ElectedScheduleError);
      expect(() => registry[get]<unknown>(name)).toThrow(
        `"${name}" is an elected worker, and it has no ${kind} timer: it runs on the replica that leads. Look at it with manager.get(name)`,
      );
    });

    it('stops when it is deleted, and its name is free', async () => {
      const { registry, manager } = await host();
      registry.deleteInterval('often');
      registry.deleteTimeout('late');
      await kit.clock.advance(3_000);
      expect([manager.get('often').mode, manager.get('late').mode]).toEqual(['stopped', 'stopped']);
      expect(runs).toEqual([]);
      expect([registry.getIntervals(), registry.getTimeouts()]).toEqual([[], []]);
      expect(() => registry.getInterval<unknown>('often')).toThrow('No Interval was found');
    });

    it('leaves those alone that are not elected', async () => {
      @Injectable()
      class Plain {
        @Interval('plain', 60_000) plain() {}
      }
      const { registry } = await host(Plain);
      expect(registry.getIntervals()).toEqual(['often', 'plain']);
      expect(registry.getInterval('plain')).toBeDefined();
      registry.deleteInterval('plain');
      expect(registry.getIntervals()).toEqual(['often']);
      expect(() => registry.getInterval<unknown>('nobody')).toThrow('No Interval was found');
      expect(() => registry.deleteTimeout('nobody')).toThrow('No Timeout was found');
    });
  });

  it.each([
    ['Cron Job', Cron('* * * * *', { name: 'half-past' })],
    ['Interval', Interval('often', 1_000)],
    ['Timeout', Timeout('late', 1_000)],
  ])('refuses an undecorated %s of the same name, as it does without elections', async (kind, schedule) => {
    @Injectable()
    class Plain {
      @schedule plain() {}
    }
    // @nestjs/schedule starts a job before it finds that its name is taken, and never stops it.
    const timers = [jest.spyOn(globalThis, 'setInterval'), jest.spyOn(globalThis, 'setTimeout')];
    await expect(host(Plain)).rejects.toThrow(`${kind} with the given name`);
    for (const { value } of timers.flatMap(({ mock }) => mock.results)) clearTimeout(value as NodeJS.Timeout);
    jest.restoreAllMocks();
  });

  it('is left without elected workers at shutdown, before it stops what it finds', async () => {
    const { app, registry } = await host();
    await closeOn(kit, app);
    expect([registry.getCronJobs().size, registry.getIntervals(), registry.getTimeouts()]).toEqual([
      0,
      [],
      [],
    ]);
    expect(log.at('log')).toContain('Stopped cleanly');
    expect(log.at('error')).toEqual([]);
  });

  it('may be something else in a test of the app', async () => {
    const testing = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(), background(kit)],
      providers: [electedClass()],
    })
      .overrideProvider(SchedulerRegistry)
      .useValue({
        addCronJob: () => undefined,
        getTimeouts: () => [],
        getIntervals: () => [],
        getCronJobs: () => [],
      })
      .setLogger(log)
      .compile();
    const app = await testing.createNestApplication().init();
    expect(managerOf(app).list()).toHaveLength(6);
    await closeOn(kit, app);
  });

  describe('jobs that are added at run time', () => {
    const noop = () => undefined;
    const job = (context?: object): CronJob =>
      CronJob.from({ cronTime: '0 0 1 1 *', onTick: noop, context: context as never });

    it('are warned of where an elected class adds them, with what to use instead', async () => {
      @LeaderElected('adders:leader')
      @Injectable()
      class Adder implements OnModuleInit {
        constructor(readonly registry: SchedulerRegistry) {}
        onModuleInit() {
          this.registry.addCronJob('added-cron', job());
          this.registry.addTimeout('added-timeout', setTimeout(noop, 0));
        }
        async later() {
          await Promise.resolve();
          this.registry.addInterval('added-interval', setInterval(noop, 60_000));
        }
        @Interval(60_000) run() {}
      }
      const { app } = await host(Adder);
      await app.get(Adder).later();
      expect(warnings()).toEqual([
        'SchedulerRegistry.addCronJob("added-cron") was called by Adder, which is elected under "adders:leader": @nestjs/schedule runs ' +
          'that job on every replica. To run it on the leader only, use BackgroundServiceManager.register({ name: "added-cron", ' +
          'key: "adders:leader", schedule: { cron: "…" }, run })',
        expect.stringMatching(
          /^SchedulerRegistry\.addTimeout\("added-timeout"\) .+ schedule: \{ after: … \}/,
        ),
        expect.stringMatching(
          /^SchedulerRegistry\.addInterval\("added-interval"\) .+ schedule: \{ every: … \}/,
        ),
      ]);
    });

    it('are warned of where their context is an elected instance, whoever adds them', async () => {
      const { app } = await host(BackgroundJob);
      app.get(SchedulerRegistry).addCronJob('bound', job(app.get(BackgroundJob)));
      expect(warnings()).toEqual([
        expect.stringContaining(
          'addCronJob("bound") was called by BackgroundJob, which is elected under "background-services:job"',
        ),
      ]);
    });

    it('are warned of where an iteration adds them', async () => {
      @Injectable()
      class Adder {
        constructor(readonly registry: SchedulerRegistry) {}
        @LeaderElected('one-method') @Interval('adding', 1_000) run() {
          const name = 'in-iteration';
          if (!this.registry.doesExist('timeout', name)) this.registry.addTimeout(name, setTimeout(noop, 0));
        }
      }
      await host(Adder);
      await kit.clock.advance(2_500);
      expect(warnings()).toEqual([
        expect.stringMatching(
          /^SchedulerRegistry\.addTimeout\("in-iteration"\) was called in an iteration of "adding": .+ even when another one leads/,
        ),
      ]);
    });

    it('are not warned of elsewhere, nor where a method alone is elected', async () => {
      @Injectable()
      class Plain implements OnModuleInit {
        constructor(readonly registry: SchedulerRegistry) {}
        onModuleInit() {
          this.registry.addCronJob('plain', job());
        }
        @LeaderElected('one-method') @Interval(1_000) run() {}
      }
      const { registry } = await host(Plain);
      registry.addInterval('test', setInterval(noop, 60_000));
      expect(warnings()).toEqual([]);
      expect(registry.getCronJob('plain')).toBeInstanceOf(CronJob);
    });

    it('are warned of once each, and not without end', async () => {
      @LeaderElected('adders:leader')
      @Injectable()
      class Adder {
        constructor(readonly registry: SchedulerRegistry) {}
        add(name: string) {
          this.registry.addTimeout(name, setTimeout(noop, 0));
          this.registry.deleteTimeout(name);
        }
        @Interval(60_000) run() {}
      }
      const { app } = await host(Adder);
      for (let i = 0; i < 100; i++) app.get(Adder).add(`job-${i % 50}`);
      expect(warnings()).toHaveLength(20);
    });

    @Injectable()
    class BackgroundJob extends BackgroundService {
      readonly serviceName = 'job';
      processIteration() {}
    }
  });
});
