import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { DatabaseConnection } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import * as schema from '../../src/database/schema.js';
import { repository } from './deployment.js';

const FOLDER = join(repository, '.cache');

/**
 * Opens a fresh embedded database in memory, with the newest schema. To make one takes seconds of computing, so it is made once for every
 * version of PGlite and of the schema, kept in `.cache`, and loaded from there.
 */
export async function openMemoryDatabase(): Promise<DatabaseConnection> {
  const loadDataDir = new Blob([await readDump()]);
  const client = await PGlite.create('memory://', { loadDataDir });
  return { db: drizzle({ client, schema }), close: () => client.close() };
}

async function readDump(): Promise<Buffer<ArrayBuffer>> {
  const manifest = await readFile(join(repository, 'node_modules/@electric-sql/pglite/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const hash = createHash('sha256').update(JSON.stringify(MIGRATIONS)).digest('hex').slice(0, 12);
  const file = join(FOLDER, `pglite-${version}-${hash}.tar`);
  if (!existsSync(file)) await makeDump(file);
  return readFile(file);
}

async function makeDump(file: string): Promise<void> {
  const client = await PGlite.create('memory://');
  try {
    await migrate(drizzle({ client, schema }));
    const dump = await client.dumpDataDir('none');
    await mkdir(FOLDER, { recursive: true });
    // Another process may be doing the same: whole files take the place of whole files.
    const own = `${file}.${process.pid}`;
    await writeFile(own, Buffer.from(await dump.arrayBuffer()));
    await rename(own, file);
  } finally {
    await client.close();
  }
}
