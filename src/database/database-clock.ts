import { sql } from 'drizzle-orm';
import { type Database } from './database.js';
import { migrations } from './schema.js';

/** The time in the database now, in the middle of a transaction too; cut to whole ms, as a `Date` has them. */
export const DATABASE_CLOCK = sql<Date>`date_trunc('milliseconds', clock_timestamp())`.mapWith(
  migrations.appliedAt,
);

/** What the database's clock shows: the same for all replicas. */
export async function readClock(db: Database): Promise<Date> {
  const [row] = await db.select({ now: DATABASE_CLOCK }).from(sql`(SELECT) AS nothing`);
  if (!row) throw new Error('Expected the time of the database, received nothing.');
  return row.now;
}
