import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule, type JobContext } from 'nestjs-background-jobs';
import { setTimeout as pass } from 'node:timers/promises';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { LeasesEvent, LeasesSettings } from './apps/leases-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';
import { median, percentile } from './support/statistics.js';

const JOBS = 4;
const ITEMS = 250_000;
/** These end at once, every tenth of them failing; the others wait until the app closes. */
const SETTLED = 2_000;
const LEASES = 10;
const TTL = 6_000;
/** ms */
const GOAL = 10;
const READERS = 4;

type Step = 'listing' | 'reading' | 'resuming' | 'cancelling and retrying' | 'removing';

interface Slow {
  readonly step: Step;
  /** Longest run of a script or command, ms. */
  readonly longest: number;
  /** Runs that took longer than the goal. */
  readonly over: number;
}

export const jobsMillion: Benchmark = {
  name: 'jobs-million',
  title: `${JOBS} jobs of ${ITEMS.toLocaleString('en-US')} items each, read by ${READERS} readers, resumed, cancelled, retried and removed: the longest that Redis is held up (\`SLOWLOG\`), and which of ${LEASES} leases with a TTL of ${TTL / 1_000} s another process loses on the same Redis meanwhile. Both are times of the clock: they mean something on a quiet machine only.`,

  async run() {
    const redis = await RedisServer.start();
    const operator = new Redis(redis.url);
    await operator.config('SET', 'slowlog-log-slower-than', 500);
    await operator.config('SET', 'slowlog-max-len', 100_000);
    const settings: LeasesSettings = { redis: redis.url, leases: LEASES, ttl: TTL };
    const leader = await MeasuredApp.start<LeasesEvent>('leases', settings);
    await leader.next('leading');
    const slow: Slow[] = [];
    const during = async (step: Step, work: () => Promise<void>) => {
      await operator.slowlog('RESET');
      await work();
      const times = await timesOf(operator);
      slow.push({
        step,
        longest: Math.max(0, ...times),
        over: times.filter((time) => time > GOAL).length,
      });
    };
    const answers: number[] = [];
    let app = await openJobs(redis.url);
    const ids: string[] = [];
    await during('listing', async () => {
      for (let i = 0; i < JOBS; i += 1) ids.push((await app.jobs.submit('wait', {})).job.id);
      await everyJob(app.jobs, ids, ({ counts }) => counts.completed + counts.failed === SETTLED);
    });
    await during('reading', () => readAll(app.jobs, ids, answers));
    await during('resuming', async () => {
      await app.close();
      app = await openJobs(redis.url);
      const reading = readAll(app.jobs, ids, answers);
      await everyJob(app.jobs, ids, ({ run }) => run >= 2);
      await reading;
    });
    await during('cancelling and retrying', async () => {
      for (const id of ids) await app.jobs.cancel(id);
      await everyJob(app.jobs, ids, ({ state }) => state === 'cancelled');
      for (const id of ids) await app.jobs.retryFailed(id);
      await everyJob(app.jobs, ids, ({ run, state }) => run >= 3 && state === 'running');
    });
    await during('removing', async () => {
      for (const id of ids) await app.jobs.cancel(id);
      await everyJob(app.jobs, ids, ({ state }) => state === 'cancelled');
      await app.close();
      app = await openJobs(redis.url);
      await until(() => operator.keys('*:ledger:*'), {
        what: 'the jobs to be removed',
        satisfies: ({ length }) => length === 0,
        every: 500,
        timeout: 120_000,
      });
    });
    await app.close();
    const { count: lost } = await leader.ask('SIGUSR2', 'lost');
    await leader.stop();
    operator.disconnect();
    await redis.stop();
    return {
      tables: [
        {
          columns: ['while', 'longest run of a script, ms', `runs over ${GOAL} ms`],
          rows: slow.map(({ step, longest, over }) => [step, longest, over]),
        },
        {
          columns: ['pages read', 'p50, ms', 'p99, ms', 'leases lost'],
          rows: [[answers.length, median(answers), percentile(answers, 0.99), lost]],
        },
      ],
      goals: [
        {
          name: 'longest script with 1,000,000 items',
          figure: Math.max(...slow.map(({ longest }) => longest)),
          unit: 'ms',
          atMost: GOAL,
        },
        { name: 'leases lost beside 1,000,000 items', figure: lost, atMost: 0 },
      ],
    };
  },
};

type Job = Awaited<ReturnType<BackgroundJobs['get']>>;

function everyJob(jobs: BackgroundJobs, ids: readonly string[], satisfies: (job: Job) => boolean) {
  return until(() => Promise.all(ids.map((id) => jobs.get(id))), {
    what: 'the jobs to get there',
    satisfies: (all) => all.every(satisfies),
    every: 200,
    timeout: 300_000,
  });
}

async function readAll(jobs: BackgroundJobs, ids: readonly string[], took: number[]): Promise<void> {
  const timed = async (read: () => Promise<unknown>) => {
    const began = performance.now();
    await read();
    took.push(performance.now() - began);
  };
  const reader = async (_: unknown, number: number) => {
    for (let i = 0; i < 50; i += 1) {
      const id = ids[(i + number) % ids.length]!;
      await timed(() => jobs.items(id, { status: 'failed', limit: 1 }));
      await timed(() => jobs.items(id, { status: 'failed', limit: 1_000 }));
      await timed(() => jobs.items(id, { status: 'pending', limit: 1_000, cursor: String(i * 4_000) }));
      await timed(() => jobs.items(id, { limit: 1_000, cursor: String(ITEMS / 2) }));
      await timed(() => jobs.list());
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
}

async function openJobs(redis: string) {
  @BackgroundJob('wait', { concurrency: 20, retries: { attempts: 1 } })
  class Wait {
    items() {
      return Array.from({ length: ITEMS }, (_, i) => `item-${i}`);
    }
    async process(item: string, { signal }: JobContext) {
      const number = Number(item.slice('item-'.length));
      if (number >= SETTLED) await pass(2 ** 30, undefined, { signal });
      if (number % 10 === 0) throw new Error('one of ten');
    }
  }

  @Module({
    imports: [
      BackgroundJobsModule.forRoot({
        redis,
        itemConcurrency: 100,
        drainTimeout: 20_000,
        // Long enough to retry what was cancelled.
        retention: { completed: 30_000, failed: 30_000 },
      }),
    ],
    providers: [Wait],
  })
  class BenchModule {}

  const app = await NestFactory.createApplicationContext(BenchModule, { logger: ['error'] });
  return { jobs: app.get(BackgroundJobs), close: () => app.close() };
}

/** Of each run of a script or command that took long, ms. */
async function timesOf(operator: Redis): Promise<readonly number[]> {
  const entries = (await operator.slowlog('GET', -1)) as readonly (readonly [
    number,
    number,
    number,
    string[],
  ])[];
  const ours = entries.filter(([, , , [command = '']]) => !/^(?:slowlog|keys|config)$/i.test(command));
  return ours.map(([, , micros]) => micros / 1_000);
}
