import { PGlite } from '@electric-sql/pglite';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repository } from './deployment.js';

/**
 * Puts a fresh, empty embedded database where `DATA_DIR` may point. To make one takes seconds of computing, so it is
 * made once for every version of PGlite, kept in `.cache`, and copied.
 */
export async function copyEmptyDatabase(dataDir: string): Promise<void> {
  const manifest = await readFile(join(repository, 'node_modules/@electric-sql/pglite/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const template = join(repository, '.cache', `pglite-${version}`);
  if (!existsSync(template)) await makeTemplate(template);
  await mkdir(dirname(dataDir), { recursive: true });
  await cp(template, dataDir, { recursive: true });
}

async function makeTemplate(template: string): Promise<void> {
  await mkdir(dirname(template), { recursive: true });
  const folder = await mkdtemp(`${template}-`);
  try {
    const database = await PGlite.create(folder);
    await database.close();
    // Another process may have been faster: its copy is as good as ours.
    if (!existsSync(template)) await rename(folder, template);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
