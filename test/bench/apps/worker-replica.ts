import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import type * as Library from 'nestjs-background-services';
import { report, timestamp } from '../../e2e/replica/report.js';
import { LEASE_KEY, type ReplicaSettings } from '../../e2e/replica/settings.js';

/** A replica with one worker and nothing that only one of two builds has. Its argument is the file of the library. */
const { redis, every = 1_000 } = JSON.parse(process.env.REPLICA ?? '{}') as ReplicaSettings;
const { BackgroundServiceManager, BackgroundServicesModule, LeaderElected } = (await import(
  process.argv[2]!
)) as typeof Library;

@Injectable()
@LeaderElected(LEASE_KEY)
class Work {
  @Interval('worker-0', every)
  work({ worker, fencingToken: token, scheduledAt }: Library.Iteration): void {
    const iteration = { worker, token, due: scheduledAt.getTime() };
    report({ event: 'start', at: timestamp(), ...iteration });
    report({ event: 'end', at: timestamp(), ...iteration });
  }
}

@Module({
  imports: [ScheduleModule.forRoot(), BackgroundServicesModule.forRoot({ redis: redis as string })],
  providers: [Work],
})
class ReplicaModule {}

const app = await NestFactory.createApplicationContext(ReplicaModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
report({ event: 'up', at: timestamp(), instance: app.get(BackgroundServiceManager).instanceId });
