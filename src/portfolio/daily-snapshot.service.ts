import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { type Iteration, LeaderElected } from 'nestjs-background-services';
import { FencedWriter } from '../database/fenced-writer.js';
import { dailyCaptures } from '../database/schema.js';
import { Clock } from '../market/clock.js';
import { MarketHours, type Session } from '../market/market-hours.js';
import { PriceFeed } from '../market/price-feed.js';
import { type Account, valueOf } from './account.js';
import { AccountsRepository } from './accounts.repository.js';
import { ValuationHistory } from './valuation-history.js';

/** Name of the worker, for those who trigger it. */
export const DAILY_SNAPSHOT = 'daily-portfolio-snapshot';

/**
 * Captures what every account was worth when the market closed.
 *
 * A run does not trust that yesterday's took place: it captures each trading day since an account's last capture, so
 * a night with nobody to lead is made good by the next run. A day has one row an account, whoever tries again: so a
 * run whose leader died half way may simply be run again.
 */
@Injectable()
@LeaderElected('portfolio:daily_snapshot:leader', { onInterrupted: 'rerun' })
export class DailySnapshotService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly history: ValuationHistory,
    private readonly feed: PriceFeed,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
    private readonly writer: FencedWriter,
  ) {}

  @Cron('0 4 * * *', { name: DAILY_SNAPSHOT, timeZone: 'America/New_York' })
  async captureMissedDays(iteration: Iteration): Promise<void> {
    const now = this.clock.now();
    const lastDays = await this.history.lastCapturedDays();
    const days = new Set<string>();

    for (const account of await this.accounts.list()) {
      const last = lastDays.get(account.id);
      const missed = last === undefined ? [this.hours.lastClosed(now)] : this.hours.closedSince(last, now);
      for (const session of missed) {
        iteration.signal.throwIfAborted();
        await this.capture(account, session, iteration);
        days.add(session.day);
      }
    }
    iteration.logger.log(days.size > 0 ? `Captured ${[...days].sort().join(', ')}` : 'No day to capture');
  }

  private async capture(account: Account, { day, closesAt }: Session, iteration: Iteration): Promise<void> {
    const value = valueOf(account, (symbol) => this.feed.priceAt(symbol, closesAt));
    await this.writer.write(iteration, (tx) =>
      tx
        .insert(dailyCaptures)
        .values({
          accountId: account.id,
          day,
          value,
          capturedAt: this.clock.now(),
          fencingToken: iteration.fencingToken,
        })
        .onConflictDoNothing(),
    );
  }
}
