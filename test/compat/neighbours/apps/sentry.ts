import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import { SentryCron, SentryTraced } from '@sentry/nestjs';
import { SentryModule } from '@sentry/nestjs/setup';
import { LeaderElected } from 'nestjs-background-services';
import { background, KEY, say, serve } from './harness.js';

@Injectable()
@LeaderElected(KEY)
class ElectedClass {
  @Interval('of-class', 100) interval(): void {
    say('elected of-class');
    throw new Error('interval of the class');
  }
  @Cron('* * * * * *', { name: 'cron-of-class' }) async cron(): Promise<void> {
    say('elected cron-of-class');
    await Promise.reject(new Error('cron of the class'));
  }
  @Timeout('timeout-of-class', 50) timeout(): void {
    say('elected timeout-of-class');
    throw new Error('timeout of the class');
  }
}

@Injectable()
class ElectedMethods {
  @LeaderElected(KEY)
  @Interval('above', 100)
  above(): void {
    say('elected above');
    throw new Error('elected above');
  }

  @Interval('below', 100)
  @LeaderElected(KEY)
  below(): void {
    say('elected below');
    throw new Error('elected below');
  }

  @SentryTraced()
  @Interval('traced', 100)
  @LeaderElected(KEY)
  traced(): void {
    say('elected traced');
  }

  @Interval('monitored', 100)
  @SentryCron('monitor')
  @LeaderElected(KEY)
  monitored(): void {
    say('elected monitored');
  }
}

@Injectable()
class Plain {
  @Interval('plain', 100) async update(): Promise<void> {
    say('plain');
    await Promise.reject(new Error('plain'));
  }
}

@Module({
  imports: [SentryModule.forRoot(), ScheduleModule.forRoot(), background({ circuitBreaker: false })],
  providers: [ElectedClass, ElectedMethods, Plain],
})
class AppModule {}

void NestFactory.create(AppModule).then(serve);
