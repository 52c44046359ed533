import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { BackgroundServiceManager } from 'nestjs-background-services';
import { MarketStream } from '../stream/market-stream.js';
import { MockDataGenerator } from '../stream/mock-data.generator.js';
import { Publisher } from '../stream/publisher.js';
import { SubscriptionReconciler } from '../subscriptions/subscription-reconciler.js';
import { TaskMonitor } from '../tasks/task-monitor.js';
import { type Replica, type ReplicaReport, told } from './replica-report.js';
import { ReplicasRepository } from './replicas.repository.js';

const EVERY = 1_000;

/**
 * Tells the other replicas each second what this one streams, and heeds what they ask of it. A method without `@LeaderElected`: it runs on every
 * replica.
 */
@Injectable()
export class ReplicaReporter implements OnModuleDestroy {
  private readonly logger = new Logger('TickerReports');
  private reporting: Promise<void> | undefined;
  private isClosing = false;

  constructor(
    private readonly manager: BackgroundServiceManager,
    private readonly replicas: ReplicasRepository,
    private readonly reconciler: SubscriptionReconciler,
    private readonly stream: MarketStream,
    private readonly generator: MockDataGenerator,
    private readonly publisher: Publisher,
    private readonly tasks: TaskMonitor,
  ) {}

  /** Its shards have drained by now: that is the last word. */
  async onModuleDestroy(): Promise<void> {
    this.isClosing = true;
    await this.reporting;
    await this.report();
  }

  @Interval('ticker-reports', EVERY)
  async tick(): Promise<void> {
    if (this.reporting || this.isClosing) return;
    this.reporting = this.report();
    await this.reporting;
    this.reporting = undefined;
  }

  /** As of now. */
  own(): Replica {
    return { replica: this.manager.instanceId, report: told(this.compose()) };
  }

  private async report(): Promise<void> {
    try {
      if (await this.isBehind()) await this.reconciler.reload();
      await this.replicas.store(this.own());
    } catch (error) {
      // The next one is due in a second.
      this.logger.warn(`What this replica streams could not be told: ${String(error)}`);
    }
  }

  /** Whether somebody has asked for a reload since this replica's last one. */
  private async isBehind(): Promise<boolean> {
    const { last, isStreaming } = this.reconciler;
    if (!last || !isStreaming) return false;
    const asked = await this.replicas.lastAsked();
    return asked !== undefined && asked >= last.asOf;
  }

  private compose(): ReplicaReport {
    return {
      shards: this.reconciler.begun.map((term) => ({
        index: term.shard?.index ?? 0,
        fencingToken: term.fencingToken,
        accounts: this.reconciler
          .planOf(term)
          .map(({ account, contracts }) => ({ account, contracts: contracts.length })),
        ...this.stream.counts(term.key),
      })),
      reconciled: this.reconciler.last ?? null,
      reloads: this.reconciler.counts(),
      memory: this.generator.memory,
      publisher: this.publisher.status(),
      tasks: this.tasks.status(),
    };
  }
}
