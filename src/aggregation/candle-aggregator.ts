import { Injectable } from '@nestjs/common';
import { BackgroundService, type Iteration, LeaderElected } from 'nestjs-background-services';
import { Clock } from '../market/clock.js';
import { MarketHours } from '../market/market-hours.js';
import { PriceFeed } from '../market/price-feed.js';
import { AggregatedSymbols } from './aggregated-symbols.js';
import { minuteCandle } from './candle.js';
import { CandleStore } from './candle.store.js';
import { planCatchUp } from './catch-up.js';
import { AGGREGATION_SHARDS } from './shards.js';

/**
 * Turns the price feed into candles, every full minute: those of a symbol on the replica that holds its shard.
 *
 * A run builds whatever is over and not stored, not just its own minute. So a minute whose leader died is built by
 * the next one, and `misfire: 'fire-once'` is enough: one late run makes good for all that were missed.
 */
@Injectable()
@LeaderElected('aggregation:candles:leader', { shards: AGGREGATION_SHARDS, misfire: 'fire-once' })
export class CandleAggregator extends BackgroundService {
  readonly serviceName = 'candles';
  override readonly schedule = { cron: '* * * * *' };

  constructor(
    private readonly symbols: AggregatedSymbols,
    private readonly store: CandleStore,
    private readonly feed: PriceFeed,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
  ) {
    super();
  }

  async processIteration(iteration: Iteration): Promise<void> {
    // A timer may fire a moment before its minute is over.
    const now = Math.max(Number(this.clock.now()), Number(iteration.scheduledAt));
    const symbols = await this.symbols.of(iteration);
    const lastMinutes = await this.store.lastMinutes(symbols);
    let mostBuilt = 0;
    let mostSkipped = 0;

    for (const symbol of symbols) {
      const plan = planCatchUp(lastMinutes.get(symbol), now, this.hours);
      for (const minutes of plan.hours) {
        iteration.signal.throwIfAborted();
        const candles = minutes.map((start) => minuteCandle(start, (at) => this.feed.priceAt(symbol, at)));
        await this.store.save(symbol, candles, iteration);
      }
      mostBuilt = Math.max(mostBuilt, plan.hours.flat().length);
      mostSkipped = Math.max(mostSkipped, plan.skipped);
    }
    if (mostBuilt > 1) iteration.logger.log(`Caught up with ${mostBuilt} minutes of trading`);
    if (mostSkipped > 0) {
      iteration.logger.warn(`Gave up ${mostSkipped} minutes of trading, too old to catch up with`);
    }
  }
}
