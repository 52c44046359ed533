import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { type Clock as TimerClock, systemClock } from 'nestjs-background-services/store';
import { type Environment } from '../config/environment.js';
import { Clock } from '../market/clock.js';
import { MarketHours } from '../market/market-hours.js';
import { MarketModule } from '../market/market.module.js';
import { PriceFeed } from '../market/price-feed.js';
import { HistoricalBootstrapper } from './history/historical-bootstrapper.js';
import { HistoryRepository } from './history/history.repository.js';
import { ReplicaReporter } from './replicas/replica-reporter.js';
import { ReplicasRepository } from './replicas/replicas.repository.js';
import { TickerFleet } from './replicas/ticker-fleet.js';
import { MarketStream } from './stream/market-stream.js';
import { MockDataGenerator } from './stream/mock-data.generator.js';
import { Publisher } from './stream/publisher.js';
import { RedisLink } from './stream/redis-link.js';
import { DemoSubscriptions } from './subscriptions/demo-subscriptions.js';
import { SubscriptionReconciler } from './subscriptions/subscription-reconciler.js';
import { SubscriptionsRepository } from './subscriptions/subscriptions.repository.js';
import { TaskMonitor } from './tasks/task-monitor.js';
import { TickerController } from './ticker.controller.js';
import { TickerLoop } from './ticker.loop.js';
import { TickerStatus } from './ticker-status.js';
import { TIMERS } from './timers.js';

type Config = ConfigService<Environment, true>;

/** How soon a history that failed is tried again, ms. */
const HISTORY_RETRY = 30_000;

@Module({
  imports: [MarketModule],
  controllers: [TickerController],
  providers: [
    { provide: TIMERS, useValue: systemClock },
    TaskMonitor,
    SubscriptionsRepository,
    DemoSubscriptions,
    {
      provide: SubscriptionReconciler,
      inject: [SubscriptionsRepository, Clock, TaskMonitor, TIMERS, ConfigService],
      useFactory: (
        repository: SubscriptionsRepository,
        clock: Clock,
        tasks: TaskMonitor,
        timers: TimerClock,
        config: Config,
      ) =>
        new SubscriptionReconciler(repository, clock, tasks, {
          clock: timers,
          interval: config.get('TICKER_RELOAD_INTERVAL', { infer: true }),
          capacity: config.get('TICKER_RELOAD_WAITERS', { infer: true }),
        }),
    },
    HistoryRepository,
    {
      provide: HistoricalBootstrapper,
      inject: [HistoryRepository, PriceFeed, MarketHours, Clock, TIMERS, ConfigService],
      useFactory: (
        history: HistoryRepository,
        feed: PriceFeed,
        hours: MarketHours,
        clock: Clock,
        timers: TimerClock,
        config: Config,
      ) =>
        new HistoricalBootstrapper(history, feed, hours, clock, {
          days: config.get('TICKER_HISTORY_DAYS', { infer: true }),
          batch: config.get('TICKER_HISTORY_BATCH', { infer: true }),
          every: HISTORY_RETRY,
          timers,
        }),
    },
    {
      provide: MockDataGenerator,
      inject: [PriceFeed, ConfigService],
      useFactory: (feed: PriceFeed, config: Config) =>
        new MockDataGenerator(feed, {
          seed: config.get('TICKER_SEED', { infer: true }),
          capacity: config.get('TICKER_CACHE_SIZE', { infer: true }),
        }),
    },
    {
      provide: RedisLink,
      inject: [ConfigService],
      useFactory: (config: Config) =>
        new RedisLink(
          config.get('TICKER_REDIS_URL', { infer: true }) ?? config.get('REDIS_URL', { infer: true }),
        ),
    },
    {
      provide: Publisher,
      inject: [RedisLink, ConfigService],
      useFactory: ({ client }: RedisLink, config: Config) =>
        new Publisher(client, { retryAfter: config.get('TICKER_PUBLISH_RETRY', { infer: true }) }),
    },
    {
      provide: MarketStream,
      inject: [MockDataGenerator, Publisher, MarketHours, Clock],
      useFactory: (generator: MockDataGenerator, publisher: Publisher, hours: MarketHours, clock: Clock) =>
        new MarketStream(generator, publisher, hours, clock),
    },
    TickerLoop,
    ReplicasRepository,
    ReplicaReporter,
    {
      provide: TickerFleet,
      inject: [ReplicasRepository, SubscriptionReconciler, ReplicaReporter, TIMERS],
      useFactory: (
        replicas: ReplicasRepository,
        reconciler: SubscriptionReconciler,
        reporter: ReplicaReporter,
        timers: TimerClock,
      ) => new TickerFleet(replicas, reconciler, reporter, timers),
    },
    TickerStatus,
  ],
})
export class TickerModule {}
