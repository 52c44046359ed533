import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Queue, Worker } from 'bullmq';
import { setTimeout as pass } from 'node:timers/promises';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule } from 'nestjs-background-jobs';
import type { JobsReplicaSettings } from '../e2e/background-jobs/settings.js';
import { startProcess } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import type { Benchmark } from './benchmark.js';
import { programPath } from './support/programs.js';
import { median, percentile } from './support/statistics.js';

const ITEMS = 200;
const ITEM_TIME = 20;
const CONCURRENCY = 5;
const IDEAL = (ITEMS * ITEM_TIME) / CONCURRENCY;
const ROUNDS = 9;

const SUBMITS = 300;
const SUBMITTED_ITEMS = 250;

export const jobs: Benchmark = {
  name: 'jobs',
  title: `A job of ${ITEMS} items, ${ITEM_TIME} ms each, ${CONCURRENCY} at a time, from its submission to its end, against as many jobs of bare BullMQ; medians of ${ROUNDS} rounds in turn. And how long \`POST\` takes for ${SUBMITTED_ITEMS} items while ten jobs run in that process.`,

  async run() {
    const redis = await RedisServer.start();
    const ours = await openOurs(redis.url);
    const bare = await openBare(redis);
    const took = { ours: [] as number[], bare: [] as number[] };
    // What is compiled and connected once is no part of a job.
    for (const run of [ours.run, bare.run]) await run();
    for (let round = 0; round < ROUNDS; round++) {
      took.ours.push(await ours.run());
      took.bare.push(await bare.run());
    }
    await Promise.all([ours.close(), bare.close()]);
    const submits = await measureSubmits(redis.url);
    await redis.stop();
    const [our, their] = [median(took.ours), median(took.bare)];
    return {
      tables: [
        {
          columns: ['', `${ITEMS} items, ms`, 'against the ideal', 'against BullMQ'],
          rows: [
            ['nestjs-background-jobs', our, ratio(our / IDEAL), ratio(our / their)],
            ['bullmq: a job an item', their, ratio(their / IDEAL), '1 ×'],
          ],
        },
        {
          columns: ['`POST` while ten jobs run', 'p50, ms', 'p99, ms', 'longest, ms'],
          rows: [[submits.length, median(submits), percentile(submits, 0.99), Math.max(...submits)]],
        },
      ],
      goals: [
        { name: `a job of ${ITEMS} items against bare BullMQ`, figure: our / their, atMost: 1.1 },
        { name: `a job of ${ITEMS} items against the ideal`, figure: our / IDEAL, atMost: 1.15 },
        {
          name: 'submitting while ten jobs run, p99',
          figure: percentile(submits, 0.99),
          unit: 'ms',
          atMost: 50,
        },
      ],
    };
  },
};

function ratio(figure: number): string {
  return `${figure.toFixed(2)} ×`;
}

async function openOurs(redis: string) {
  @BackgroundJob('wait', { concurrency: CONCURRENCY })
  class Wait {
    items() {
      return Array.from({ length: ITEMS }, (_, i) => `item-${i}`);
    }
    async process() {
      await pass(ITEM_TIME);
    }
  }

  @Module({ imports: [BackgroundJobsModule.forRoot({ redis })], providers: [Wait] })
  class BenchModule {}

  const app = await NestFactory.createApplicationContext(BenchModule, { logger: ['error'] });
  const service = app.get(BackgroundJobs);
  return {
    async run(): Promise<number> {
      const began = performance.now();
      const { job } = await service.submit('wait', {});
      for await (const { state } of service.events(job.id)) if (state === 'completed') break;
      return performance.now() - began;
    },
    close: () => app.close(),
  };
}

async function openBare({ port }: RedisServer) {
  const connection = { host: '127.0.0.1', port };
  const queue = new Queue('bare', { connection });
  let left = 0;
  let done: () => void = () => undefined;
  const worker = new Worker('bare', () => pass(ITEM_TIME), { connection, concurrency: CONCURRENCY });
  worker.on('completed', () => {
    left -= 1;
    if (left === 0) done();
  });
  await worker.waitUntilReady();
  return {
    async run(): Promise<number> {
      left = ITEMS;
      const over = new Promise<void>((resolve) => (done = resolve));
      const began = performance.now();
      await queue.addBulk(Array.from({ length: ITEMS }, (_, i) => ({ name: 'item', data: { item: i } })));
      await over;
      return performance.now() - began;
    },
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}

/** Over HTTP, to a process of its own, in which ten jobs run for all of the time. */
async function measureSubmits(redis: string): Promise<readonly number[]> {
  const settings: JobsReplicaSettings = { redis, concurrency: CONCURRENCY, itemTime: ITEM_TIME };
  const replica = await startProcess(process.execPath, [await programPath('e2e/background-jobs/main.ts')], {
    env: { REPLICA: JSON.stringify(settings), NO_COLOR: '1' },
  });
  const [line] = await replica.waitForLine(/^\{"event":"up".*/, 60_000);
  const { url } = JSON.parse(line) as { readonly url: string };
  const submit = async (items: number) => {
    const began = performance.now();
    const answer = await fetch(`${url}/copy`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ items }),
    });
    if (answer.status !== 202) throw new Error(`POST was answered with ${answer.status}`);
    await answer.arrayBuffer();
    return performance.now() - began;
  };
  // Ten that go on for longer than this takes.
  for (let i = 0; i < 10; i++) await submit(4_000);
  await replica.waitForLine(/"left"/);
  const took: number[] = [];
  for (let i = 0; i < SUBMITS; i++) {
    took.push(await submit(SUBMITTED_ITEMS));
    await pass(10);
  }
  await replica.kill();
  return took;
}
