import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { type Iteration, LeaderElected } from 'nestjs-background-services';
import { FencedWriter } from '../database/fenced-writer.js';
import { dailySnapshots } from '../database/schema.js';
import { Clock } from '../market/clock.js';
import { AccountsRepository } from './accounts.repository.js';
import { ClosingCaptures } from './closing-captures.js';
import { ValuationHistory } from './valuation-history.js';

/** Name of the worker, for those who trigger it. */
export const DAILY_SNAPSHOT = 'daily-portfolio-snapshot';

/**
 * Settles the day before, early in the morning: rebuilds what the capture at the close missed, and writes what every
 * account has won or lost since the day before.
 */
@Injectable()
@LeaderElected('portfolio:daily_scheduler:leader', { misfire: 'fire-once', onInterrupted: 'rerun' })
export class DailySnapshotService {
  constructor(
    private readonly captures: ClosingCaptures,
    private readonly accounts: AccountsRepository,
    private readonly history: ValuationHistory,
    private readonly clock: Clock,
    private readonly writer: FencedWriter,
  ) {}

  @Cron('0 4 * * *', { name: DAILY_SNAPSHOT, timeZone: 'America/New_York' })
  async takeSnapshots(iteration: Iteration): Promise<void> {
    const rebuilt = await this.captures.captureMissed(iteration);
    if (rebuilt.length > 0) iteration.logger.log(`Captured ${rebuilt.join(', ')}`);

    let taken = 0;
    for (const { id } of await this.accounts.list()) {
      for (const { day, value, before } of await this.history.unsettledDays(id)) {
        iteration.signal.throwIfAborted();
        const change = before === null ? null : Math.round((value - before) * 100) / 100;
        const { fencingToken } = iteration;
        await this.writer.write(iteration, (tx) =>
          tx
            .insert(dailySnapshots)
            .values({ accountId: id, day, value, change, takenAt: this.clock.now(), fencingToken })
            .onConflictDoNothing(),
        );
        taken += 1;
      }
    }
    iteration.logger.log(taken > 0 ? `Took ${taken} snapshots` : 'No day to settle');
  }
}
