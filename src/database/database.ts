import { type PgDatabase, type PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as schema from './schema.js';

/** Drizzle on PGlite or on node-postgres: nothing above this folder knows which. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/**
 * What the callback of `db.transaction()` gets. Inside that callback use it and never the database: PGlite has
 * one connection, and a query outside the transaction would wait for the transaction that waits for it.
 */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface DatabaseConnection {
  readonly db: Database;
  close(): Promise<void>;
}

/** Injection token of the `Database`. */
export const DATABASE = Symbol('DATABASE');
