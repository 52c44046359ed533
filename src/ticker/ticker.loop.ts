import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Continuous, type Iteration, LeaderElected } from 'nestjs-background-services';
import type { Clock } from 'nestjs-background-services/store';
import { env } from '../config/env.js';
import { HistoricalBootstrapper } from './history/historical-bootstrapper.js';
import { MarketStream } from './stream/market-stream.js';
import { MockDataGenerator } from './stream/mock-data.generator.js';
import { SubscriptionReconciler } from './subscriptions/subscription-reconciler.js';
import { TaskMonitor } from './tasks/task-monitor.js';
import { type StreamTerm } from './term.js';
import { TIMERS } from './timers.js';
import { wait } from './wait.js';

/** Names of the workers, as health and fleet show them. */
export const TICKER = 'ticker';
export const TICKER_RECONCILIATION = 'ticker-reconciliation';

/**
 * Streams the market over all accounts, on the one replica that leads. It only says what happens when: the work is that of the parts.
 *
 * Nothing that they keep in memory is worth saving. A new leader builds it again: the plan from the subscriptions, the rest of the history from its
 * progress, the prices from the market.
 */
@Injectable()
@LeaderElected('ticker:loop:leader')
export class TickerLoop {
  constructor(
    private readonly reconciler: SubscriptionReconciler,
    private readonly history: HistoricalBootstrapper,
    private readonly stream: MarketStream,
    private readonly generator: MockDataGenerator,
    private readonly tasks: TaskMonitor,
    @Inject(TIMERS) private readonly timers: Clock,
  ) {}

  @Continuous({ name: TICKER })
  async run({ key, fencingToken, signal, logger }: Iteration): Promise<void> {
    // What runs beside the loop ends with it, also where the loop fails in the middle of a term.
    const end = new AbortController();
    const term = { key, fencingToken, logger, signal: AbortSignal.any([signal, end.signal]) };
    let history: Promise<void> | undefined;
    this.reconciler.begin(term);
    try {
      const { accounts, contracts } = await this.reconciler.reload();
      logger.log(`Streaming ${contracts} contracts over ${accounts} accounts`);
      history = this.tasks.watch('history', () => this.history.run(term), term.signal);
      await this.tickUntilAborted(term);
    } finally {
      end.abort();
      this.reconciler.end();
      this.generator.clear();
      // The lease is handed over when this method is over: nothing of this leader may still be at work then.
      await history;
    }
  }

  /** What changed in the database without a word to us. */
  @Interval(TICKER_RECONCILIATION, env.TICKER_RECONCILE_INTERVAL)
  async reconcile(): Promise<void> {
    // While the loop waits to be begun again there is nothing to bring in line.
    if (this.reconciler.isStreaming) await this.reconciler.reload();
  }

  /** A tick that takes longer than the interval is followed by the next at once, and by no more for those that it took the time of. */
  private async tickUntilAborted(term: StreamTerm): Promise<void> {
    while (!term.signal.aborted) {
      const begun = this.timers.monotonic();
      await this.stream.tick(this.reconciler.plan, term);
      const passed = this.timers.monotonic() - begun;
      await wait(this.timers, Math.max(0, env.TICKER_INTERVAL - passed), term.signal);
    }
  }
}
