import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { lockDataDirectory } from './data-directory-lock.js';
import { type DatabaseConnection } from './database.js';
import * as schema from './schema.js';

/** Opens PostgreSQL inside this process, in a folder of its own or in memory (`memory://`). */
export async function openPglite(dataDir: string): Promise<DatabaseConnection> {
  if (dataDir.startsWith('memory://')) return connect(await PGlite.create(dataDir));

  await mkdir(dataDir, { recursive: true });
  const unlock = lockDataDirectory(dataDir);
  try {
    return connect(await PGlite.create(dataDir), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function connect(client: PGlite, unlock?: () => void): DatabaseConnection {
  return {
    db: drizzle({ client, schema }),
    close: async () => {
      await client.close();
      unlock?.();
    },
  };
}
