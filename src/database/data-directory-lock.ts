import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DataDirectoryInUseError } from './data-directory-in-use.error.js';

/** Locks of this process. A lock file with our own id that is not among them is from before a container's restart. */
const heldHere = new Set<string>();

/**
 * Keeps a second process out of the folder of an embedded database: PGlite itself opens it twice without a word,
 * and two writers destroy it. The lock is a file beside the folder that holds a process id; if that process is
 * no longer alive, a crash left the file behind and it is taken over.
 *
 * @returns what removes the lock.
 * @throws DataDirectoryInUseError if a living process holds it.
 */
export function lockDataDirectory(dataDir: string): () => void {
  const file = `${resolve(dataDir)}.lock`;
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder === process.pid ? heldHere.has(file) : isAlive(holder)) {
      throw new DataDirectoryInUseError(dataDir, holder);
    }
    writeFileSync(file, String(process.pid));
  }
  heldHere.add(file);
  return () => {
    heldHere.delete(file);
    rmSync(file, { force: true });
  };
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return codeOf(error) === 'EPERM';
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
