import { Injectable, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { SkipThrottle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import helmet from 'helmet';
import { LeaderElected } from 'nestjs-background-services';
import { background, KEY, say, serve } from './harness.js';

@Injectable()
@LeaderElected(KEY)
class Elected {
  @Interval('elected', 100) update(): void {
    say('elected');
  }
}

@Injectable()
class Plain {
  @Interval('plain', 100) update(): void {
    say('plain');
  }
}

@Module({
  imports: [
    ThrottlerModule.forRoot([{ ttl: 60_000, limit: 1 }]),
    ScheduleModule.forRoot(),
    background({ health: { decorators: [SkipThrottle()] } }),
  ],
  providers: [Elected, Plain, { provide: APP_GUARD, useClass: ThrottlerGuard }],
})
class AppModule {}

void NestFactory.create(AppModule).then((app) => {
  app.use(helmet());
  return serve(app);
});
