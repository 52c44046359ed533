import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { setTimeout as pass } from 'node:timers/promises';
import { BackgroundJob, BackgroundJobsModule, type JobContext } from 'nestjs-background-jobs';
import { report } from '../replica/report.js';
import { ALLOWED, type JobsReplicaEvent, type JobsReplicaSettings } from './settings.js';

const { redis, concurrency, itemTime } = JSON.parse(process.env.REPLICA ?? '{}') as JobsReplicaSettings;
const results = new Redis(redis);

/** Leaves a result an item in Redis, which a test looks through. */
@BackgroundJob('copy', { concurrency })
class Copy {
  items({ items }: { readonly items: number }) {
    return Array.from({ length: items }, (_, i) => `item-${i}`);
  }

  async process(item: string, { signal }: JobContext) {
    report<JobsReplicaEvent>({ event: 'began', item });
    await pass(itemTime, undefined, { signal });
    // The job goes no further than the test has let it.
    while (numberOf(item) >= Number(await results.get(ALLOWED))) await pass(20, undefined, { signal });
    await results.hincrby('results', item, 1);
    report<JobsReplicaEvent>({ event: 'left', item });
  }
}

const numberOf = (item: string) => Number(item.replace('item-', ''));

@Module({
  imports: [BackgroundJobsModule.forRoot({ redis, http: { guard: { canActivate: () => true } } })],
  providers: [Copy],
})
class JobsReplicaModule {}

const app = await NestFactory.create(JobsReplicaModule, { logger: ['error'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
report<JobsReplicaEvent>({ event: 'up', url: `${await app.getUrl()}/jobs` });
