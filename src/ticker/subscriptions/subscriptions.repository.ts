import { Inject, Injectable } from '@nestjs/common';
import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import { type Database, DATABASE } from '../../database/database.js';
import { readClock } from '../../database/database-clock.js';
import { FencedWriter, type WritersTerm } from '../../database/fenced-writer.js';
import { tickerAccounts, tickerSubscriptions } from '../../database/schema.js';

/** Rows that are read or written at a time: ten thousand at once would hold up the event loop. */
const PAGE = 500;

/** Accounts and subscriptions in the database: made by anybody, deactivated by the leader. */
@Injectable()
export class SubscriptionsRepository {
  constructor(
    @Inject(DATABASE) private readonly db: Database,
    private readonly writer: FencedWriter,
  ) {}

  /** Adds what is not there; what is there stays as it is, also if it is not active any more. */
  async add(accounts: readonly string[], instruments: readonly string[]): Promise<void> {
    if (accounts.length > 0) {
      await this.db
        .insert(tickerAccounts)
        .values(accounts.map((id) => ({ id })))
        .onConflictDoNothing();
    }
    for (const page of pagesOf(instruments)) {
      await this.db
        .insert(tickerSubscriptions)
        .values(page.map((instrument) => ({ instrument })))
        .onConflictDoNothing({ target: tickerSubscriptions.instrument });
    }
  }

  async accounts(): Promise<string[]> {
    const rows = await this.db.select().from(tickerAccounts).orderBy(asc(tickerAccounts.id));
    return rows.map(({ id }) => id);
  }

  /** What time it is in the database. */
  clock(): Promise<Date> {
    return readClock(this.db);
  }

  /** Instruments of the active subscriptions, the oldest first, page by page. */
  async *active(): AsyncGenerator<readonly string[]> {
    const { id, instrument, active } = tickerSubscriptions;
    for (let last = 0; ;) {
      const page = await this.db
        .select({ id, instrument })
        .from(tickerSubscriptions)
        .where(and(eq(active, true), gt(id, last)))
        .orderBy(asc(id))
        .limit(PAGE);
      if (page.length > 0) yield page.map((row) => row.instrument);
      if (page.length < PAGE) return;
      last = page.at(-1)?.id ?? last;
    }
  }

  /** What another replica has deactivated meanwhile stays as that one left it. @throws StaleTokenError if a newer leader has written */
  async deactivate(
    instruments: readonly string[],
    because: 'unknown' | 'expired',
    at: Date,
    term: WritersTerm,
  ): Promise<void> {
    const change = {
      active: false,
      deactivatedBecause: because,
      deactivatedAt: at,
      fencingToken: term.fencingToken,
    };
    const active = eq(tickerSubscriptions.active, true);
    for (const page of pagesOf(instruments)) {
      await this.writer.write(term, (tx) =>
        tx
          .update(tickerSubscriptions)
          .set(change)
          .where(and(active, inArray(tickerSubscriptions.instrument, page))),
      );
    }
  }
}

function pagesOf<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / PAGE);
  return Array.from({ length: count }, (_, i) => all.slice(i * PAGE, (i + 1) * PAGE));
}
