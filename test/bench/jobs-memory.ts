import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule } from 'nestjs-background-jobs';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { Benchmark } from './benchmark.js';

const JOBS = 10_000;
const ITEMS = 20;
/** Submitted and waited for together. */
const AT_ONCE = 500;
/** Longer than all of them take. */
const RETENTION = 150_000;
const MB = 1_024 ** 2;

export const jobsMemory: Benchmark = {
  name: 'jobs-memory',
  title: `Redis' memory of ${JOBS.toLocaleString('en-US')} jobs of ${ITEMS} items each: before, when all are over and kept, and when their retention is (here ${RETENTION / 1_000} s). What stays are the last events of BullMQ's stream, which it trims, and the list of types.`,

  async run() {
    const server = await RedisServer.start();
    const redis = new Redis(server.url);

    @BackgroundJob('short', { concurrency: ITEMS })
    class Short {
      items() {
        return Array.from({ length: ITEMS }, (_, i) => `item-${i}`);
      }
      process() {
        return Promise.resolve();
      }
    }

    @Module({
      imports: [
        BackgroundJobsModule.forRoot({
          redis: server.url,
          retention: { completed: RETENTION, failed: RETENTION },
        }),
      ],
      providers: [Short],
    })
    class BenchModule {}

    const app = await NestFactory.createApplicationContext(BenchModule, { logger: ['error'] });
    const jobs = app.get(BackgroundJobs);
    // What is there once and for all.
    await jobs.waitForChange((await jobs.submit('short', {})).job.id, undefined, 10_000);
    const before = await state(redis);
    const startedAt = performance.now();
    for (let done = 0; done < JOBS; done += AT_ONCE)
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          const { job } = await jobs.submit('short', {});
          await jobs.waitForChange(job.id, undefined, 60_000);
        }),
      );
    const took = performance.now() - startedAt;
    if (took > RETENTION) throw new Error(`The jobs took ${took} ms, longer than they are kept`);
    const kept = await state(redis);
    const left = await until(() => state(redis), {
      what: 'the retention to be over',
      satisfies: ({ jobs: known }) => known === 0,
      every: 1_000,
      timeout: 2 * RETENTION,
    });
    await app.close();
    redis.disconnect();
    await server.stop();

    const perJob = ({ memory }: State) => (memory - before.memory) / JOBS;
    return {
      tables: [
        {
          columns: ['', 'jobs in Redis', 'keys', 'memory, MB', 'bytes a job'],
          rows: [
            ['before', before.jobs, before.keys, before.memory / MB, 'n/a'],
            [
              `all over, in ${(took / 1_000).toFixed(0)} s`,
              kept.jobs,
              kept.keys,
              kept.memory / MB,
              perJob(kept),
            ],
            ['past their retention', left.jobs, left.keys, left.memory / MB, perJob(left)],
          ],
        },
      ],
      goals: [
        { name: 'keys left of 10,000 jobs past their retention', figure: left.keys - before.keys, atMost: 0 },
        {
          name: 'memory left of 10,000 jobs past their retention',
          figure: (left.memory - before.memory) / MB,
          unit: 'MB',
          atMost: 5,
        },
      ],
    };
  },
};

interface State {
  readonly jobs: number;
  readonly keys: number;
  /** Bytes. */
  readonly memory: number;
}

async function state(redis: Redis): Promise<State> {
  const [keys, memory] = await Promise.all([redis.dbsize(), redis.info('memory')]);
  let jobs = 0;
  for await (const found of redis.scanStream({ match: '*:job:*', count: 1_000 }))
    jobs += (found as readonly string[]).length;
  return { jobs, keys, memory: Number(/^used_memory:(\d+)/m.exec(memory)?.[1]) };
}
