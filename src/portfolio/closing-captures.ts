import { Injectable } from '@nestjs/common';
import { type Iteration } from 'nestjs-background-services';
import { FencedWriter } from '../database/fenced-writer.js';
import { dailyCaptures } from '../database/schema.js';
import { Clock } from '../market/clock.js';
import { MarketHours, type Session } from '../market/market-hours.js';
import { type Day } from '../market/new-york-time.js';
import { PriceFeed } from '../market/price-feed.js';
import { type Account, valueOf } from './account.js';
import { AccountsRepository } from './accounts.repository.js';
import { ValuationHistory } from './valuation-history.js';

/**
 * Captures what every account was worth when the market closed.
 *
 * It does not trust that yesterday's capture took place: it captures each trading day since an account's last one, so
 * a day with nobody to lead is made good by the next run. A day has one row an account, whoever tries again: so a
 * run whose leader died half way may simply be run again.
 */
@Injectable()
export class ClosingCaptures {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly history: ValuationHistory,
    private readonly feed: PriceFeed,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
    private readonly writer: FencedWriter,
  ) {}

  /** Captures the days that are over and missing, and returns them, oldest first. */
  async captureMissed(iteration: Iteration): Promise<readonly Day[]> {
    const now = this.clock.now();
    const lastDays = await this.history.lastCapturedDays();
    const days = new Set<Day>();

    for (const account of await this.accounts.list()) {
      const last = lastDays.get(account.id);
      const missed = last === undefined ? [this.hours.lastClosed(now)] : this.hours.closedSince(last, now);
      for (const session of missed) {
        iteration.signal.throwIfAborted();
        await this.capture(account, session, iteration);
        days.add(session.day);
      }
    }
    return [...days].sort();
  }

  private async capture(account: Account, { day, closesAt }: Session, iteration: Iteration): Promise<void> {
    const value = valueOf(account, (symbol) => this.feed.priceAt(symbol, closesAt));
    const { fencingToken } = iteration;
    await this.writer.write(iteration, (tx) =>
      tx
        .insert(dailyCaptures)
        .values({ accountId: account.id, day, value, capturedAt: this.clock.now(), fencingToken })
        .onConflictDoNothing(),
    );
  }
}
