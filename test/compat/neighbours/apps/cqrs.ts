import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CommandHandler, CqrsModule, EventBus, EventsHandler } from '@nestjs/cqrs';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { currentIteration, LeaderElected } from 'nestjs-background-services';
import { background, KEY, say, serve } from './harness.js';

class UpdatePrices {}
class PricesUpdated {}

@CommandHandler(UpdatePrices)
class UpdatePricesHandler {
  constructor(private readonly events: EventBus) {}

  async execute(): Promise<void> {
    say(`command in ${String(currentIteration()?.worker)}`);
    await this.events.publish(new PricesUpdated());
  }
}

/** A handler that is a worker, too. */
@EventsHandler(PricesUpdated)
@LeaderElected(KEY)
class PricesUpdatedHandler {
  handle(): void {
    say('event handled');
  }

  @Interval('handler', 100)
  update(): void {
    say('elected handler');
  }
}

@Injectable()
@LeaderElected(KEY)
class Elected {
  constructor(private readonly commands: CommandBus) {}

  @Interval('elected', 100)
  async update(): Promise<void> {
    say('elected worker');
    await this.commands.execute(new UpdatePrices());
  }
}

@Injectable()
class Plain {
  @Interval('plain', 100) update(): void {
    say('plain');
  }
}

@Module({
  imports: [CqrsModule, ScheduleModule.forRoot(), background()],
  providers: [UpdatePricesHandler, PricesUpdatedHandler, Elected, Plain],
})
class AppModule {}

void NestFactory.create(AppModule).then(serve);
