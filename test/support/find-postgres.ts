import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureProgram, findProgram, type Places, type Program } from './find-program.js';

const postgres: Program = {
  command: 'postgres',
  variable: 'POSTGRES',
  debian: ['postgresql'],
  brew: 'postgresql',
};
const initdb: Program = { ...postgres, command: 'initdb', variable: 'POSTGRES_INITDB' };

/** A server, and what makes its first data folder. */
export interface PostgresPrograms {
  readonly postgres: string;
  readonly initdb: string;
}

/** The paths of PostgreSQL's programs, or undefined. */
export function findPostgres(places: Places = debianPlaces()): PostgresPrograms | undefined {
  const found = { postgres: findProgram(postgres, places), initdb: findProgram(initdb, places) };
  return found.postgres && found.initdb ? (found as PostgresPrograms) : undefined;
}

/** The paths of PostgreSQL's programs, which are fetched if they are nowhere. */
export async function ensurePostgres(places: Places = debianPlaces()): Promise<PostgresPrograms> {
  return { postgres: await ensureProgram(postgres, places), initdb: await ensureProgram(initdb, places) };
}

/** Debian keeps each major version apart, and none of them on PATH. */
function debianPlaces(): Places {
  const versions = '/usr/lib/postgresql';
  if (!existsSync(versions)) return {};
  return { folders: readdirSync(versions).map((version) => join(versions, version, 'bin')) };
}
