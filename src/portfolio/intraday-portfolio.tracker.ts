import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Iteration, LeaderElected } from 'nestjs-background-services';
import { env } from '../config/env.js';
import { FencedWriter } from '../database/fenced-writer.js';
import { valuations } from '../database/schema.js';
import { Clock } from '../market/clock.js';
import { MarketHours } from '../market/market-hours.js';
import { PriceFeed } from '../market/price-feed.js';
import { valueOf } from './account.js';
import { AccountsRepository } from './accounts.repository.js';

/** Values every account while the market trades, on the one replica that leads. */
@Injectable()
@LeaderElected('portfolio:background_services:leader', { immediate: true })
export class IntradayPortfolioTracker {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly feed: PriceFeed,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
    private readonly writer: FencedWriter,
  ) {}

  @Interval('intraday-portfolio', env.INTRADAY_INTERVAL)
  async update(iteration: Iteration): Promise<void> {
    const at = this.clock.now();
    if (!this.hours.isOpen(at)) return;

    for (const account of await this.accounts.list()) {
      iteration.signal.throwIfAborted();
      const value = valueOf(account, (symbol) => this.feed.priceAt(symbol, at));
      await this.writer.write(iteration, (tx) =>
        tx
          .insert(valuations)
          .values({ accountId: account.id, at, value, fencingToken: iteration.fencingToken })
          .onConflictDoNothing(),
      );
    }
  }
}
