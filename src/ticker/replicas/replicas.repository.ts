import { Inject, Injectable } from '@nestjs/common';
import { asc, gt, lt, sql } from 'drizzle-orm';
import { type Database, DATABASE } from '../../database/database.js';
import { DATABASE_CLOCK } from '../../database/database-clock.js';
import { tickerReloads, tickerReplicas } from '../../database/schema.js';
import { type Replica } from './replica-report.js';

/** A replica that has told nothing for so long is gone, or cannot reach the database. */
const SILENT = sql`clock_timestamp() - interval '5 seconds'`;
const LONG_GONE = sql`clock_timestamp() - interval '1 minute'`;
/** The one row that holds when a reload was last asked for. */
const ROW = 1;

/** What replicas tell each other of the ticker, over the database: all times are the database's. */
@Injectable()
export class ReplicasRepository {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  /** Replaces what a replica has told. */
  async store({ replica, report }: Replica): Promise<void> {
    const told = { report, reportedAt: DATABASE_CLOCK };
    await this.db
      .insert(tickerReplicas)
      .values({ replica, ...told })
      .onConflictDoUpdate({ target: tickerReplicas.replica, set: told });
    await this.db.delete(tickerReplicas).where(lt(tickerReplicas.reportedAt, LONG_GONE));
  }

  /** What the replicas that are there have told last. */
  async present(): Promise<readonly Replica[]> {
    const { replica, report, reportedAt } = tickerReplicas;
    const rows = await this.db
      .select({ replica, report })
      .from(tickerReplicas)
      .where(gt(reportedAt, SILENT))
      .orderBy(asc(replica));
    return rows as Replica[];
  }

  /** Asks all replicas to reload. @returns when that was; a reload that began later has seen what was committed before */
  async askForReload(): Promise<Date> {
    const askedAt = DATABASE_CLOCK;
    const [row] = await this.db
      .insert(tickerReloads)
      .values({ id: ROW, askedAt })
      .onConflictDoUpdate({ target: tickerReloads.id, set: { askedAt } })
      .returning();
    if (!row) throw new Error('Expected the request for a reload to be stored, received no row.');
    return row.askedAt;
  }

  /** When a reload was last asked for. */
  async lastAsked(): Promise<Date | undefined> {
    const [row] = await this.db.select().from(tickerReloads);
    return row?.askedAt;
  }
}
