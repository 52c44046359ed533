import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BackgroundJob,
  BackgroundJobs,
  BackgroundJobsModule,
  type Job,
  type JobContext,
} from 'nestjs-background-jobs';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

/** What every replica of a test did. */
interface Replica {
  readonly app: INestApplicationContext;
  readonly jobs: BackgroundJobs;
  readonly items: { readonly item: string; readonly at: number }[];
}

describe('Jobs on Redis', () => {
  let server: RedisServer;
  let replicas: Replica[];

  beforeEach(async () => {
    server = await RedisServer.start();
    replicas = [];
  });
  afterEach(async () => {
    await Promise.all(replicas.map(({ app }) => app.close()));
    await server.stop();
  });

  /** @param concurrency 0: takes jobs, and lets others run them */
  async function replica(concurrency = 10): Promise<Replica> {
    const items: Replica['items'] = [];

    @BackgroundJob('slow', { concurrency: 5 })
    class Slow {
      items({ n }: { n: number }) {
        return Array.from({ length: n }, (_, i) => ({ id: i }));
      }
      async process({ id }: { id: number }, { item }: JobContext) {
        if (item !== String(id)) throw new Error('another item');
        await new Promise((resolve) => setTimeout(resolve, 20));
        items.push({ item, at: performance.now() });
      }
    }

    @Module({
      providers: [Slow],
      imports: [BackgroundJobsModule.forRoot({ redis: server.url, concurrency })],
    })
    class AppModule {}

    const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
    const one = { app, jobs: app.get(BackgroundJobs), items };
    replicas.push(one);
    return one;
  }

  const over = async (jobs: BackgroundJobs, { id }: Job) => jobs.waitForChange(id, undefined, 20_000);

  it('run on another replica than takes them, and are seen from both', async () => {
    const [a, b] = [await replica(0), await replica()];
    const { job } = await a.jobs.submit('slow', { n: 40 });
    expect(await over(a.jobs, job)).toMatchObject({
      state: 'completed',
      percentage: 100,
      counts: { total: 40, completed: 40, failed: 0, skipped: 0 },
    });
    expect(a.items).toHaveLength(0);
    expect(new Set(b.items.map(({ item }) => item)).size).toBe(40);
    expect(await b.jobs.get(job.id)).toEqual(await a.jobs.get(job.id));
    expect((await a.jobs.list({ type: 'slow', states: ['completed'], limit: 5 })).entries).toHaveLength(1);
    expect((await a.jobs.items(job.id, { limit: 7 })).entries.map(({ key }) => key)).toEqual([
      ...['0', '1', '2', '3', '4', '5', '6'],
    ]);
  });

  it('end within a second of a cancel from another replica', async () => {
    const [a, b] = [await replica(0), await replica()];
    const { job } = await a.jobs.submit('slow', { n: 5_000 });
    await until(() => b.items.length > 20, { what: 'the job to run' });
    const asked = performance.now();
    await a.jobs.cancel(job.id);
    expect(await over(a.jobs, job)).toMatchObject({ state: 'cancelled' });
    const latest = Math.max(...b.items.map(({ at }) => at));
    console.log(`The last item ended ${Math.round(latest - asked)} ms after the cancel`);
    expect(latest - asked).toBeLessThan(1_000);
    const { counts } = await a.jobs.get(job.id);
    expect(counts.completed).toBe(b.items.length);
  });

  it('go on elsewhere when their replica leaves in order, with nothing done twice', async () => {
    const a = await replica(0);
    const b = await replica();
    const { job } = await a.jobs.submit('slow', { n: 200 });
    await until(() => b.items.length > 20, { what: 'the job to run' });
    const c = await replica();
    await b.app.close();
    expect(await over(a.jobs, job)).toMatchObject({
      state: 'completed',
      counts: { total: 200, completed: 200 },
    });
    const all = [...b.items, ...c.items].map(({ item }) => item);
    expect([all.length, new Set(all).size]).toEqual([200, 200]);
  });

  it('work off what failed again, and are one job for one key', async () => {
    const [a] = [await replica()];
    const request = { n: 3 };
    const first = await a.jobs.submit('slow', request, { idempotencyKey: 'k' });
    await over(a.jobs, first.job);
    const again = await a.jobs.submit('slow', request, { idempotencyKey: 'k' });
    expect([again.replayed, again.job.id]).toEqual([true, first.job.id]);
    await expect(a.jobs.submit('slow', { n: 4 }, { idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'BGJ_KEY_REUSED',
    });
    await expect(a.jobs.retryFailed(first.job.id)).rejects.toMatchObject({ code: 'BGJ_NOTHING_TO_RETRY' });
  });
});
