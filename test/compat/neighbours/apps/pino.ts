import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { type Iteration, LeaderElected } from 'nestjs-background-services';
import { InjectPinoLogger, Logger, LoggerModule, PinoLogger } from 'nestjs-pino';
import { background, KEY, say, serve } from './harness.js';

@Injectable()
@LeaderElected(KEY)
class Elected {
  constructor(@InjectPinoLogger(Elected.name) private readonly pino: PinoLogger) {}

  @Interval('elected', 100) update({ logger, number }: Iteration): void {
    say('elected');
    if (number !== 1) return;
    this.pino.info('a line of the app');
    logger.log('a line of the iteration');
    throw new Error('no prices', { cause: new Error('connect refused') });
  }
}

@Injectable()
class Plain {
  @Interval('plain', 100) update(): void {
    say('plain');
  }
}

@Module({
  imports: [LoggerModule.forRoot(), ScheduleModule.forRoot(), background({ logs: 'structured' })],
  providers: [Elected, Plain],
})
class AppModule {}

void NestFactory.create(AppModule, { bufferLogs: true }).then((app) => {
  app.useLogger(app.get(Logger));
  return serve(app);
});
