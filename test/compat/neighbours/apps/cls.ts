import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import {
  ClsPluginTransactional,
  NoOpTransactionalAdapter,
  Transactional,
  TransactionHost,
} from '@nestjs-cls/transactional';
import { LeaderElected } from 'nestjs-background-services';
import { ClsModule, ClsService, UseCls } from 'nestjs-cls';
import { background, KEY, say, serve } from './harness.js';

@Injectable()
class Elected {
  constructor(
    private readonly cls: ClsService,
    private readonly host: TransactionHost,
  ) {}

  @UseCls({ generateId: true, idGenerator: () => 'some-id' })
  @Interval('cls-above', 100)
  @LeaderElected(KEY)
  async above(): Promise<void> {
    say(`elected cls-above ${this.cls.getId()}`);
  }

  @LeaderElected(KEY)
  @Interval('cls-below', 100)
  @UseCls({ generateId: true, idGenerator: () => 'some-id' })
  async below(): Promise<void> {
    say(`elected cls-below ${this.cls.getId()}`);
  }

  @UseCls()
  @Transactional()
  @LeaderElected(KEY)
  @Interval('transactional-above', 100)
  async transactionalAbove(): Promise<void> {
    say(`elected transactional-above ${String(this.host.isTransactionActive())}`);
  }

  @Interval('transactional-below', 100)
  @LeaderElected(KEY)
  @UseCls()
  @Transactional()
  async transactionalBelow(): Promise<void> {
    say(`elected transactional-below ${String(this.host.isTransactionActive())}`);
  }
}

@Injectable()
class Plain {
  constructor(private readonly cls: ClsService) {}

  @Interval('plain', 100)
  @UseCls({ generateId: true, idGenerator: () => 'some-id' })
  async update(): Promise<void> {
    say(`plain ${this.cls.getId()}`);
  }
}

@Module({
  imports: [
    ClsModule.forRoot({
      global: true,
      plugins: [
        new ClsPluginTransactional({
          adapter: new NoOpTransactionalAdapter({ tx: { name: 'transaction' } }),
        }),
      ],
    }),
    ScheduleModule.forRoot(),
    background(),
  ],
  providers: [Elected, Plain],
})
class AppModule {}

void NestFactory.create(AppModule).then(serve);
