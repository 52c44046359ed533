import { describe, expect, it } from '@jest/globals';
import { type INestApplication, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import fc from 'fast-check';
import { BackgroundServicesModule } from 'nestjs-background-services';
import { TestClock } from 'nestjs-background-services/testing';
import { hostile } from '../../../test/support/guests/hostile.js';
import { Guests, type Misconduct, settledWithin, silent } from '../../../test/support/guests/guests.js';
import { type Conduct, conduct, MISCONDUCTS } from '../../../test/support/guests/misbehaving.js';
import { InProcessEngine } from './engine/in-process/in-process-engine.js';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule, type Job } from './index.js';
import { isFinal } from './model/index.js';
import { JobObservers } from './service/job-observers.js';
import { MemoryJobStore } from './store/memory/memory-job-store.js';
import { RETENTION_DEFAULTS } from './store/job-store.js';
import { JOB_ENGINE, JOB_STORE } from './tokens.js';

const DRAIN = 500;
const ITEM_TIMEOUT = 1_000;
/** Rounds that put back what the queue lost, two tries of each of four items, and runs that failed before. */
const RECOVERY = 40_000;
/** A drain, a job store that does not close, and a lease store and its board that do not. */
const SHUTDOWN = DRAIN + 10_000 + 2 * 10_000 + 1_000;
const ITEMS = ['a', 'b', 'c', 'd'];

/** Everybody that the jobs call and did not write, and the ports that others may implement. */
const GUESTS = ['logger', 'store', 'engine', 'observer', 'handler', 'schema'] as const;
type Guest = (typeof GUESTS)[number];

interface Plan extends Misconduct<Guest> {
  readonly acts: readonly ('submit' | 'cancel' | 'retry' | 'wait')[];
  readonly atShutdown: 'behave' | 'misbehave';
}

const plans: fc.Arbitrary<Plan> = fc.record({
  guests: fc.subarray([...GUESTS], { minLength: 1 }),
  conducts: fc.subarray<Conduct>([...MISCONDUCTS], { minLength: 1 }),
  rate: fc.constantFrom(0.02, 0.2, 0.6, 1),
  seed: fc.nat(),
  nonsense: fc.array(hostile, { minLength: 1, maxLength: 8 }),
  acts: fc.array(fc.constantFrom('submit', 'cancel', 'retry', 'wait'), { minLength: 1, maxLength: 8 }),
  atShutdown: fc.constantFrom('behave', 'misbehave'),
});

/** An app with jobs, whose guests go by the plan for as long as it says. */
class App {
  readonly clock = new TestClock();
  readonly accepted: Job[] = [];
  readonly guests: Guests<Guest>;
  #app: INestApplication | undefined;

  constructor(plan: Plan) {
    this.guests = new Guests(plan, false);
  }

  async boot(): Promise<void> {
    const { clock, guests } = this;
    const store = new MemoryJobStore(RETENTION_DEFAULTS, () => clock.wall());
    const schema = guests.guest('schema', { validate: (value: unknown) => Promise.resolve({ value }) });
    const script = guests.script('handler');
    const act = <Answer>(answer: () => Answer) => conduct(answer, script, guests.hanging) as Answer;

    @BackgroundJob('work', {
      body: { '~standard': schema },
      itemTimeout: ITEM_TIMEOUT,
      retries: { attempts: 2, minDelay: 10, maxDelay: 100 },
    })
    class Work {
      items() {
        return act(() => ITEMS);
      }
      itemKey(item: string) {
        return act(() => item);
      }
      exists() {
        return act(() => Promise.resolve(false));
      }
      process() {
        return act(() => Promise.resolve());
      }
    }
    const testing = await Test.createTestingModule({
      imports: [
        BackgroundServicesModule.forRoot({ clock, random: guests.random }),
        BackgroundJobsModule.forRoot({
          clock,
          random: guests.random,
          drainTimeout: DRAIN,
          itemConcurrency: 2,
        }),
      ],
      providers: [Work],
    })
      .overrideProvider(JOB_STORE)
      .useValue(guests.guest('store', store))
      .overrideProvider(JOB_ENGINE)
      .useValue(guests.guest('engine', new InProcessEngine(clock)))
      .compile();
    const app = testing.createNestApplication();
    app.get(JobObservers).add(
      guests.guest('observer', {
        ...{ submitted: () => undefined, started: () => undefined, progressed: () => undefined },
        ...{ ended: () => undefined, lost: () => undefined },
      }),
    );
    Logger.overrideLogger(guests.guest('logger', silent()));
    await app.init();
    this.#app = app;
    // An app whose job store does not answer at boot does not boot: it is what comes afterwards that has to be survived.
    guests.isHostile = true;
  }

  get jobs(): BackgroundJobs {
    return this.#app!.get(BackgroundJobs);
  }

  close(): Promise<void> {
    return this.#app!.close();
  }

  /** What a client does. It may be refused, and it may be answered late. */
  async act(what: Plan['acts'][number]): Promise<void> {
    const ignore = () => undefined;
    const last = this.accepted.at(-1);
    if (what === 'submit') this.submit();
    else if (what === 'cancel' && last) void this.jobs.cancel(last.id).catch(ignore);
    else if (what === 'retry' && last) void this.jobs.retryFailed(last.id).catch(ignore);
    await this.clock.advance(700);
  }

  submit(): void {
    void this.jobs.submit('work', { n: 1 }).then(
      (submitted) => {
        // A store that answers nonsense has nobody's job.
        if (typeof submitted === 'object' && typeof (submitted.job as Job | undefined)?.id === 'string')
          this.accepted.push(submitted.job);
      },
      () => undefined,
    );
  }
}

describe('An app with jobs whose guests throw, reject, hang and lie', () => {
  it('brings the jobs to their ends once they behave, and shuts down in time', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const app = new App(plan);
        await app.boot();
        for (const what of plan.acts) await app.act(what);

        app.guests.behave();
        await app.clock.advance(0);
        app.submit();
        await app.clock.advance(RECOVERY);
        expect(app.accepted.length).toBeGreaterThan(0);
        const jobs = await Promise.all(app.accepted.map(({ id }) => app.jobs.get(id)));
        expect(jobs.filter(({ state }) => !isFinal(state))).toEqual([]);
        expect(jobs.at(-1)).toMatchObject({ state: 'completed', counts: { completed: ITEMS.length } });

        app.guests.isHostile = plan.atShutdown === 'misbehave';
        app.submit();
        await app.clock.advance(100);
        const left = app.close();
        expect(await settledWithin(app.clock, SHUTDOWN, left)).toBeDefined();
        await left;
        app.guests.hanging.end();
        await app.clock.advance(1_000);
      }),
      { numRuns: 40 },
    );
  });
});
