import { type DatabaseConnection } from './database.js';
import { migrate } from './migrate.js';

export interface DatabaseLocation {
  /** PostgreSQL to connect to; without it, an embedded database is opened in `dataDir`. */
  readonly url?: string | undefined;
  /** Folder, or `memory://`. */
  readonly dataDir: string;
}

/** Opens the database and brings its schema up to date. Only the driver in use is loaded: PGlite is large. */
export async function openDatabase({ url, dataDir }: DatabaseLocation): Promise<DatabaseConnection> {
  const connection = url
    ? (await import('./postgres.js')).connectPostgres(url)
    : await (await import('./pglite.js')).openPglite(dataDir);
  try {
    await migrate(connection.db);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
