import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { CreateRequestContext, EntitySchema, MikroORM, RequestContext } from '@mikro-orm/core';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import { LeaderElected } from 'nestjs-background-services';
import { background, KEY, say, serve } from './harness.js';

const Price = new EntitySchema({ name: 'Price', properties: { id: { type: 'number', primary: true } } });

const context = () => (RequestContext.currentRequestContext() ? 'in a context' : 'without a context');

@Injectable()
class Elected {
  constructor(protected readonly orm: MikroORM) {}

  @LeaderElected(KEY)
  @Interval('class-order', 100)
  @CreateRequestContext()
  async top(): Promise<void> {
    say(`elected class-order ${context()}`);
  }

  @Interval('interval-first', 100)
  @CreateRequestContext()
  @LeaderElected(KEY)
  async below(): Promise<void> {
    say(`elected interval-first ${context()}`);
  }
}

@Injectable()
class Plain {
  constructor(protected readonly orm: MikroORM) {}

  @Interval('plain', 100)
  @CreateRequestContext()
  async update(): Promise<void> {
    say(`plain ${context()}`);
  }
}

@Module({
  imports: [ScheduleModule.forRoot(), background()],
  providers: [
    {
      provide: MikroORM,
      // The context is made without a connection.
      useFactory: () =>
        MikroORM.init({ driver: PostgreSqlDriver, dbName: 'none', connect: false, entities: [Price] }),
    },
    Elected,
    Plain,
  ],
})
class AppModule {}

void NestFactory.create(AppModule).then(serve);
