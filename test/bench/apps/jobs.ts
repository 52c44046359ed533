import { setTimeout as pass } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackgroundJob, BackgroundJobsModule } from 'nestjs-background-jobs';
import { report } from '../../e2e/replica/report.js';
import type { JobsEvent, JobsSettings } from './jobs-settings.js';

const { redis, concurrency, itemTime } = JSON.parse(process.env.APP ?? '{}') as JobsSettings;

@BackgroundJob('wait', { concurrency })
class Wait {
  items({ items }: { readonly items: number }) {
    return Array.from({ length: items }, (_, i) => `item-${i}`);
  }

  async process() {
    await pass(itemTime);
  }
}

@Module({
  imports: [
    BackgroundJobsModule.forRoot({
      redis,
      ...{ concurrency: 20, itemConcurrency: 200 },
      http: { guard: { canActivate: () => true } },
    }),
  ],
  providers: [Wait],
})
class JobsModule {}

const app = await NestFactory.create(JobsModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  report<JobsEvent>({ event: 'sample', heap: heapUsed + external, resident: rss });
});
report<JobsEvent>({ event: 'up', url: `${await app.getUrl()}/jobs` });
