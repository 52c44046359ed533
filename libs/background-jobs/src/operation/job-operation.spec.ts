import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type BackgroundEvent,
  BackgroundEvents,
  BackgroundHealthIndicator,
  BackgroundServicesModule,
} from 'nestjs-background-services';
import { FleetStatus } from 'nestjs-background-services/fleet';
import { Registry } from 'prom-client';
import { until } from '../../../../test/support/until.js';
import { BackgroundJob, BackgroundJobs, BackgroundJobsModule } from '../index.js';
import { BackgroundJobsMetricsModule } from '../metrics/index.js';
import { NAMES } from '../metrics/names.js';
import { JobOperation } from './job-operation.js';

describe('The operation of jobs', () => {
  let app: INestApplicationContext;
  let open: () => void;

  afterEach(() => app.close());

  async function boot(...imports: NonNullable<Parameters<typeof Module>[0]['imports']>) {
    const gate = new Promise<void>((resolve) => (open = resolve));

    @BackgroundJob('gated', { concurrency: 2, retries: { attempts: 1 } })
    class Gated {
      items() {
        return ['a', 'b', 'c', 'bad'];
      }
      async process(item: string) {
        if (item === 'bad') throw new Error('a secret of the host');
        if (item === 'c') await gate;
      }
    }

    @Module({ providers: [Gated], imports: [...imports, BackgroundJobsModule.forRoot({})] })
    class AppModule {}

    app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    return app.get(BackgroundJobs);
  }

  const started = () =>
    until(() => app.get(JobOperation).presence(), {
      what: 'the job to wait at its gate',
      satisfies: ({ jobs }) => (jobs[0]?.counts.completed ?? 0) + (jobs[0]?.counts.failed ?? 0) >= 2,
    });

  it('joins health, the view of the fleet, and events', async () => {
    const jobs = await boot(BackgroundServicesModule.forRoot({}));
    const told: BackgroundEvent[] = [];
    app.get(BackgroundEvents).onAny((event) => told.push(event));
    const { job } = await jobs.submit('gated', {});
    await started();
    const running = { id: job.id, type: 'gated', counts: { total: 4 } };
    const { replicas } = await app.get(FleetStatus).viewAnew();
    expect(replicas).toMatchObject([
      { extensions: { jobs: { durable: false, running: 1, jobs: [running] } } },
    ]);
    expect(app.get(BackgroundHealthIndicator).extensions()).toMatchObject({
      jobs: { status: 'healthy', running: 1, followers: 0 },
    });
    open();
    await until(() => jobs.get(job.id), { what: 'its end', satisfies: ({ state }) => state === 'completed' });
    expect(app.get(JobOperation).presence()).toMatchObject({ running: 0, jobs: [], ended: { completed: 1 } });
    expect(told.filter(({ type }) => type.startsWith('job-'))).toMatchObject([
      { type: 'job-submitted', job: job.id, jobType: 'gated' },
      { type: 'job-started', run: 1 },
      { type: 'job-ended', state: 'completed', counts: { total: 4, completed: 3, failed: 1, skipped: 0 } },
    ]);
    // Health bodies are open to probes.
    expect(JSON.stringify(app.get(BackgroundHealthIndicator).extensions())).not.toContain('secret');
  });

  it('is degraded while the store does not answer', async () => {
    await boot(BackgroundServicesModule.forRoot({}));
    app.get(JobOperation).onRound(false);
    expect(app.get(BackgroundHealthIndicator).extensions()).toMatchObject({
      jobs: { status: 'degraded', reasons: ['the job store does not answer'] },
    });
    app.get(JobOperation).onRound(true);
    expect(app.get(JobOperation).health().reasons).toEqual([]);
  });

  it('counts in a registry of prom-client, from zero', async () => {
    const registry = new Registry();
    const jobs = await boot(BackgroundJobsMetricsModule.forRoot({ registry }));
    const lines = async (name: string) =>
      (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
    expect(await lines(NAMES.submitted)).toEqual([`${NAMES.submitted}{type="gated"} 0`]);
    const { job } = await jobs.submit('gated', {});
    await until(() => lines(NAMES.running), {
      what: 'it to run',
      satisfies: ([line]) => line === `${NAMES.running}{type="gated"} 1`,
    });
    open();
    await until(() => jobs.get(job.id), { what: 'its end', satisfies: ({ state }) => state === 'completed' });
    expect(await lines(NAMES.submitted)).toEqual([`${NAMES.submitted}{type="gated"} 1`]);
    await until(() => lines(NAMES.running), {
      what: 'it to be over',
      satisfies: ([line]) => line === `${NAMES.running}{type="gated"} 0`,
    });
    expect(await lines(NAMES.items)).toEqual([
      `${NAMES.items}{type="gated",outcome="completed"} 3`,
      `${NAMES.items}{type="gated",outcome="failed"} 1`,
      `${NAMES.items}{type="gated",outcome="skipped"} 0`,
    ]);
    expect(await lines(NAMES.ended)).toContain(`${NAMES.ended}{type="gated",state="completed"} 1`);
    expect(await lines(`${NAMES.duration}_count`)).toEqual([`${NAMES.duration}_count{type="gated"} 1`]);
  });
});
