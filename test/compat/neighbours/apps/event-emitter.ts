import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { BackgroundEvents, bridgeEvents, LeaderElected } from 'nestjs-background-services';
import { background, KEY, say, serve } from './harness.js';

@Injectable()
class Elected implements OnModuleInit {
  constructor(
    private readonly background: BackgroundEvents,
    private readonly emitter: EventEmitter2,
  ) {}

  onModuleInit(): void {
    bridgeEvents(this.background, this.emitter);
  }

  /** On the clock where this replica leads, and whenever somebody asks for it. */
  @OnEvent('refresh')
  @LeaderElected(KEY)
  @Interval('above', 100)
  above(asked?: unknown): void {
    say(asked === 'asked' ? 'event above' : 'elected above');
  }

  @Interval('below', 100)
  @LeaderElected(KEY)
  @OnEvent('refresh')
  below(asked?: unknown): void {
    say(asked === 'asked' ? 'event below' : 'elected below');
  }

  @OnEvent('background-services.elected')
  onElected({ key }: { key: string }): void {
    say(`told of ${key}`);
  }
}

@Injectable()
class Plain {
  constructor(private readonly emitter: EventEmitter2) {}

  @Interval('plain', 100) update(): void {
    say('plain');
    this.emitter.emit('refresh', 'asked');
  }
}

@Module({
  imports: [EventEmitterModule.forRoot(), ScheduleModule.forRoot(), background()],
  providers: [Elected, Plain],
})
class AppModule {}

void NestFactory.create(AppModule).then(serve);
