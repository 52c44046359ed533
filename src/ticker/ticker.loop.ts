import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Continuous, type Iteration, LeaderElected } from 'nestjs-background-services';
import type { Clock } from 'nestjs-background-services/store';
import { env } from '../config/env.js';
import { HistoricalBootstrapper } from './history/historical-bootstrapper.js';
import { MarketStream } from './stream/market-stream.js';
import { SubscriptionReconciler } from './subscriptions/subscription-reconciler.js';
import { TaskMonitor } from './tasks/task-monitor.js';
import { type StreamTerm } from './term.js';
import { TIMERS } from './timers.js';
import { wait } from './wait.js';

/** Name of the worker, as health and fleet show it. */
export const TICKER = 'ticker';
/** Few enough that an empty one costs nothing, and enough that several replicas find an account each. */
export const TICKER_SHARDS = 8;

/**
 * Streams the market over the accounts. They are dealt out by their names over shards, each of which one replica leads; one run is about the accounts of
 * one shard. It only says what happens when: the work is that of the parts.
 *
 * Nothing that they keep in memory is worth saving. A new leader builds it again: the plan from the subscriptions, the rest of the history from its
 * progress, the prices from the market.
 */
@Injectable()
export class TickerLoop {
  constructor(
    private readonly reconciler: SubscriptionReconciler,
    private readonly history: HistoricalBootstrapper,
    private readonly stream: MarketStream,
    private readonly tasks: TaskMonitor,
    @Inject(TIMERS) private readonly timers: Clock,
  ) {}

  @LeaderElected('ticker:loop:leader', { shards: TICKER_SHARDS })
  @Continuous({ name: TICKER })
  async run({ key, shard, owns, fencingToken, signal, logger }: Iteration): Promise<void> {
    // What runs beside the loop ends with it, also where the loop fails in the middle of a term.
    const end = new AbortController();
    const term = { key, shard, owns, fencingToken, logger, signal: AbortSignal.any([signal, end.signal]) };
    let history: Promise<void> | undefined;
    this.reconciler.begin(term);
    try {
      await this.reconciler.ready();
      const plan = this.reconciler.planOf(term);
      const contracts = plan.reduce((sum, account) => sum + account.contracts.length, 0);
      if (contracts > 0) logger.log(`Streaming ${contracts} contracts over ${plan.length} accounts`);
      history = this.tasks.watch('history', () => this.history.run(term), term.signal);
      await this.tickUntilAborted(term);
    } finally {
      end.abort();
      this.stream.end(this.reconciler.planOf(term), term);
      this.reconciler.end(term);
      // The lease is handed over when this method is over: nothing of this leader may still be at work then.
      await history;
    }
  }

  /** What changed in the database without a word to us. Every replica that streams has a plan to keep, so none is elected. */
  @Interval('ticker-reconciliation', env.TICKER_RECONCILE_INTERVAL)
  reconcile(): void {
    if (this.reconciler.isStreaming) this.reconciler.reloadSoon();
  }

  /** A tick that takes longer than the interval is followed by the next at once, and by no more for those that it took the time of. */
  private async tickUntilAborted(term: StreamTerm): Promise<void> {
    const phase = phaseOf(term);
    if (phase > 0) await wait(this.timers, phase, term.signal);
    while (!term.signal.aborted) {
      const begun = this.timers.monotonic();
      await this.stream.tick(this.reconciler.planOf(term), term);
      const passed = this.timers.monotonic() - begun;
      await wait(this.timers, Math.max(0, env.TICKER_INTERVAL - passed), term.signal);
    }
  }
}

/** Shards of one replica, which may begin all at once, tick one after the other. */
function phaseOf({ shard }: StreamTerm): number {
  return shard ? (shard.index / shard.count) * env.TICKER_INTERVAL : 0;
}
