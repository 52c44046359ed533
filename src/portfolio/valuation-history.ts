import { Inject, Injectable } from '@nestjs/common';
import { desc, eq, max } from 'drizzle-orm';
import { type Database, DATABASE } from '../database/database.js';
import { dailyCaptures, valuations } from '../database/schema.js';
import { type Day } from '../market/new-york-time.js';

/** Reads what the two portfolio workers have written. Each row names the term that wrote it by its fencing token. */
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

  /** The last day captured of each account that has one. */
  async lastCapturedDays(): Promise<Map<string, Day>> {
    const rows = await this.db
      .select({ accountId: dailyCaptures.accountId, day: max(dailyCaptures.day) })
      .from(dailyCaptures)
      .groupBy(dailyCaptures.accountId);
    return new Map(rows.flatMap(({ accountId, day }) => (day === null ? [] : [[accountId, day] as const])));
  }
}
