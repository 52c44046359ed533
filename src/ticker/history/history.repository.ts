import { Inject, Injectable } from '@nestjs/common';
import { asc, eq, sql } from 'drizzle-orm';
import { type Database, DATABASE } from '../../database/database.js';
import { FencedWriter, type WritersTerm } from '../../database/fenced-writer.js';
import { tickerAccounts, tickerDailyBars, tickerHistory } from '../../database/schema.js';
import { type Day } from '../../market/new-york-time.js';
import { type MarketSymbol } from '../../market/symbols.js';
import { type DailyBar } from './daily-bar.js';

export type HistoryProgress = typeof tickerHistory.$inferSelect;

/** The trading days that an account is to be given. */
export interface HistoryRange {
  readonly first: Day;
  readonly last: Day;
  readonly days: number;
}

/** Some trading days of all symbols. */
export interface HistoryBatch {
  readonly bars: readonly (DailyBar & { readonly symbol: MarketSymbol })[];
  readonly days: number;
  /** Where the next batch begins; past the last day when all is done. */
  readonly nextDay: Day;
  /** Set by the last batch. */
  readonly completedAt: Date | null;
}

/** The history of each account and how far it is: written by the leader, bars and progress together or not at all. */
@Injectable()
export class HistoryRepository {
  constructor(
    @Inject(DATABASE) private readonly db: Database,
    private readonly writer: FencedWriter,
  ) {}

  /** Of every account that has begun. */
  async progress(): Promise<HistoryProgress[]> {
    return this.db.select().from(tickerHistory).orderBy(asc(tickerHistory.accountId));
  }

  /** Accounts whose history is not complete; `progress` is undefined of those that have not begun. */
  async incomplete(): Promise<{ account: string; progress: HistoryProgress | undefined }[]> {
    const rows = await this.db
      .select({ account: tickerAccounts.id, progress: tickerHistory })
      .from(tickerAccounts)
      .leftJoin(tickerHistory, eq(tickerHistory.accountId, tickerAccounts.id))
      .orderBy(asc(tickerAccounts.id));
    return rows
      .filter(({ progress }) => !progress?.completedAt)
      .map(({ account, progress }) => ({ account, progress: progress ?? undefined }));
  }

  /** Fixes once and for all which days an account is given. @throws StaleTokenError */
  async begin(accountId: string, range: HistoryRange, term: WritersTerm): Promise<HistoryProgress> {
    const { fencingToken } = term;
    const { first: nextDay, last: lastDay, days: totalDays } = range;
    return this.writer.write(term, async (tx) => {
      await tx
        .insert(tickerHistory)
        .values({ accountId, nextDay, lastDay, totalDays, fencingToken })
        .onConflictDoNothing();
      return begun(
        await tx.select().from(tickerHistory).where(eq(tickerHistory.accountId, accountId)),
        accountId,
      );
    });
  }

  /** @throws StaleTokenError */
  async save(accountId: string, batch: HistoryBatch, term: WritersTerm): Promise<HistoryProgress> {
    const { fencingToken } = term;
    const { nextDay, completedAt } = batch;
    return this.writer.write(term, async (tx) => {
      const bars = batch.bars.map((bar) => ({ ...bar, accountId, fencingToken }));
      if (bars.length > 0) await tx.insert(tickerDailyBars).values(bars);
      const doneDays = sql`${tickerHistory.doneDays} + ${batch.days}`;
      const rows = await tx
        .update(tickerHistory)
        .set({ nextDay, doneDays, completedAt, fencingToken })
        .where(eq(tickerHistory.accountId, accountId))
        .returning();
      return begun(rows, accountId);
    });
  }

  /** @throws StaleTokenError */
  async recordFailure(accountId: string, lastError: string, term: WritersTerm): Promise<void> {
    const failures = sql`${tickerHistory.failures} + 1`;
    await this.writer.write(term, (tx) =>
      tx
        .update(tickerHistory)
        .set({ failures, lastError, fencingToken: term.fencingToken })
        .where(eq(tickerHistory.accountId, accountId)),
    );
  }
}

function begun([row]: readonly HistoryProgress[], accountId: string): HistoryProgress {
  if (!row)
    throw new Error(`Expected the history of "${accountId}" to have begun, received none: begin it first.`);
  return row;
}
