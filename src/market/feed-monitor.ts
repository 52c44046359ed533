import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { env } from '../config/env.js';
import { Clock } from './clock.js';
import { MarketHours } from './market-hours.js';
import { PriceFeed } from './price-feed.js';
import { type MarketSymbol, SYMBOLS } from './symbols.js';

export interface Quote {
  readonly symbol: MarketSymbol;
  readonly price: number;
  /** Difference to the price of the tick before. */
  readonly change: number;
}

export interface Quotes {
  readonly asOf: Date;
  readonly open: boolean;
  /** How often this replica has looked at the market. */
  readonly ticks: number;
  readonly quotes: readonly Quote[];
}

/**
 * Keeps the latest quotes of this replica in memory. No `@LeaderElected` here: every replica answers `GET /quotes`,
 * so every replica ticks.
 */
@Injectable()
export class FeedMonitor {
  private current: Quotes;

  constructor(
    private readonly feed: PriceFeed,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
  ) {
    this.current = this.next(); // the first request must not find an empty market
  }

  @Interval('feed-monitor', env.FEED_TICK_INTERVAL)
  tick(): void {
    this.current = this.next(this.current);
  }

  latest(): Quotes {
    return this.current;
  }

  private next(previous?: Quotes): Quotes {
    const now = this.clock.now();
    const asOf = this.hours.lastTraded(now);
    return {
      asOf,
      open: this.hours.isOpen(now),
      ticks: (previous?.ticks ?? 0) + 1,
      quotes: SYMBOLS.map((symbol, i) => {
        const price = this.feed.priceAt(symbol, asOf);
        const change = price - (previous?.quotes[i]?.price ?? price);
        return { symbol, price, change: Number(change.toFixed(2)) };
      }),
    };
  }
}
