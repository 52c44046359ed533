import { InjectQueue, OnWorkerEvent, Processor, WorkerHost, BullModule } from '@nestjs/bullmq';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import type { Queue } from 'bullmq';
import { LeaderElected } from 'nestjs-background-services';
import { background, KEY, say, serve } from './harness.js';

/** A processor that is a worker, too: its queue is served by every replica, its interval by the leader. */
@Processor('prices')
@LeaderElected(KEY)
class PricesProcessor extends WorkerHost {
  async process(): Promise<void> {
    say('processed');
    await Promise.reject(new Error('no prices'));
  }

  @OnWorkerEvent('failed') onFailed(_job: unknown, error: Error): void {
    say(`reported ${error.message}`);
  }

  @Interval('processor', 100)
  update(): void {
    say('elected processor');
  }
}

@Injectable()
@LeaderElected(KEY)
class Elected {
  constructor(@InjectQueue('prices') private readonly queue: Queue) {}

  @Interval('elected', 100)
  async update(): Promise<void> {
    say('elected worker');
    await this.queue.add('update', {});
  }
}

@Injectable()
class Plain {
  @Interval('plain', 100) update(): void {
    say('plain');
  }
}

const { hostname: host, port } = new URL(process.env['REDIS_URL'] as string);

@Module({
  imports: [
    BullModule.forRoot({ connection: { host, port: Number(port) } }),
    BullModule.registerQueue({ name: 'prices' }),
    ScheduleModule.forRoot(),
    background(),
  ],
  providers: [PricesProcessor, Elected, Plain],
})
class AppModule {}

void NestFactory.create(AppModule).then(serve);
