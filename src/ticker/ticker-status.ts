import { Injectable } from '@nestjs/common';
import { BackgroundServiceManager } from 'nestjs-background-services';
import { HistoryRepository } from './history/history.repository.js';
import { MarketStream } from './stream/market-stream.js';
import { MockDataGenerator } from './stream/mock-data.generator.js';
import { Publisher } from './stream/publisher.js';
import { SubscriptionReconciler } from './subscriptions/subscription-reconciler.js';
import { TaskMonitor } from './tasks/task-monitor.js';
import { TICKER } from './ticker.loop.js';

/** What this replica knows of the ticker. Only the history is the same on every replica: it is in the database. */
@Injectable()
export class TickerStatus {
  constructor(
    private readonly manager: BackgroundServiceManager,
    private readonly reconciler: SubscriptionReconciler,
    private readonly stream: MarketStream,
    private readonly generator: MockDataGenerator,
    private readonly publisher: Publisher,
    private readonly history: HistoryRepository,
    private readonly tasks: TaskMonitor,
  ) {}

  async read() {
    const histories = await this.history.progress();
    return {
      streaming: this.reconciler.isStreaming,
      leader: this.leader ?? null,
      plan: this.reconciler.plan.map(({ account, contracts }) => ({ account, contracts: contracts.length })),
      reconciled: this.reconciler.last ?? null,
      reloads: this.reconciler.counts(),
      stream: this.stream.counts(),
      memory: this.generator.memory,
      publisher: this.publisher.status(),
      history: histories.map(({ accountId, doneDays, totalDays, failures, lastError, completedAt }) => ({
        account: accountId,
        doneDays,
        totalDays,
        failures,
        lastError,
        completedAt,
      })),
      tasks: this.tasks.status(),
    };
  }

  /** Instance id of the replica that streams, as last seen. */
  get leader(): string | undefined {
    return this.manager.get(TICKER).leader;
  }
}
