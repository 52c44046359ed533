import { sql } from 'drizzle-orm';
import { type Database } from './database.js';
import { MIGRATIONS, type Migration } from './migrations.js';
import { migrations } from './schema.js';

/** Any number that no other program uses on this database for an advisory lock. */
const MIGRATION_LOCK = 7_301_946_205;

/**
 * Brings the database to the newest schema, at every boot of every replica. The advisory lock makes replicas
 * that boot together take turns, and it ends with the transaction however that ends; whoever comes second
 * finds nothing to do.
 */
export async function migrate(db: Database, pending: readonly Migration[] = MIGRATIONS): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`);
    await tx.execute(sql`
      CREATE TABLE IF NOT EXISTS migrations (
        id         text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`);
    const rows = await tx.select({ id: migrations.id }).from(migrations);
    const applied = new Set(rows.map(({ id }) => id));
    for (const { id, statements } of pending.filter((migration) => !applied.has(migration.id))) {
      for (const statement of statements) await tx.execute(sql.raw(statement));
      await tx.insert(migrations).values({ id });
    }
  });
}
