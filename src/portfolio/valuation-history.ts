import { Inject, Injectable } from '@nestjs/common';
import { and, asc, desc, eq, isNull, lt, max } from 'drizzle-orm';
import { type Database, DATABASE } from '../database/database.js';
import { dailyCaptures, dailySnapshots, valuations } from '../database/schema.js';
import { type Day } from '../market/new-york-time.js';

/** Reads what the portfolio workers have written. Each row names the term that wrote it by its fencing token. */
@Injectable()
export class ValuationHistory {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  /** The newest intraday values of an account, newest first. */
  intraday(accountId: string, limit: number) {
    return this.db
      .select({ at: valuations.at, value: valuations.value, fencingToken: valuations.fencingToken })
      .from(valuations)
      .where(eq(valuations.accountId, accountId))
      .orderBy(desc(valuations.at))
      .limit(limit);
  }

  /** The newest end-of-day values of an account, newest first. */
  daily(accountId: string, limit: number) {
    return this.db
      .select({
        day: dailyCaptures.day,
        value: dailyCaptures.value,
        fencingToken: dailyCaptures.fencingToken,
      })
      .from(dailyCaptures)
      .where(eq(dailyCaptures.accountId, accountId))
      .orderBy(desc(dailyCaptures.day))
      .limit(limit);
  }

  /** The newest daily snapshots of an account, newest first. */
  snapshots(accountId: string, limit: number) {
    const { day, value, change, takenAt, fencingToken } = dailySnapshots;
    return this.db
      .select({ day, value, change, takenAt, fencingToken })
      .from(dailySnapshots)
      .where(eq(dailySnapshots.accountId, accountId))
      .orderBy(desc(day))
      .limit(limit);
  }

  /** Captured days of an account that have no snapshot, oldest first, each with what was captured on the day before. */
  async unsettledDays(
    accountId: string,
  ): Promise<readonly { readonly day: Day; readonly value: number; readonly before: number | null }[]> {
    const ofAccount = eq(dailyCaptures.accountId, accountId);
    const isSame = and(
      eq(dailySnapshots.accountId, dailyCaptures.accountId),
      eq(dailySnapshots.day, dailyCaptures.day),
    );
    const unsettled = await this.db
      .select({ day: dailyCaptures.day, value: dailyCaptures.value })
      .from(dailyCaptures)
      .leftJoin(dailySnapshots, isSame)
      .where(and(ofAccount, isNull(dailySnapshots.day)))
      .orderBy(asc(dailyCaptures.day));
    const [first] = unsettled;
    if (!first) return [];
    const [last] = await this.db
      .select({ value: dailyCaptures.value })
      .from(dailyCaptures)
      .where(and(ofAccount, lt(dailyCaptures.day, first.day)))
      .orderBy(desc(dailyCaptures.day))
      .limit(1);
    return unsettled.map((each, i) => ({ ...each, before: unsettled[i - 1]?.value ?? last?.value ?? null }));
  }

  /** The last day captured of each account that has one. */
  async lastCapturedDays(): Promise<Map<string, Day>> {
    const rows = await this.db
      .select({ accountId: dailyCaptures.accountId, day: max(dailyCaptures.day) })
      .from(dailyCaptures)
      .groupBy(dailyCaptures.accountId);
    return new Map(rows.flatMap(({ accountId, day }) => (day === null ? [] : [[accountId, day] as const])));
  }
}
