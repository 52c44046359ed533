import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { shared } from 'nestjs-background-http-kit';
import { JobFileInUseError } from '../../errors/index.js';

/** Locks of this process, whichever copy of this package took them. */
const heldHere = shared('jobs:file-locks', () => new Set<string>());

/**
 * Keeps a second process out of a file. The lock is a file beside it that names the process that holds it. If that process is no longer alive, a
 * crash left the lock behind, and it is taken over.
 * @returns what removes the lock
 * @throws JobFileInUseError if a living process holds it
 */
export function lockFile(file: string): () => void {
  const lock = `${resolve(file)}.lock`;
  if (heldHere.has(lock)) throw new JobFileInUseError(file, process.pid, lock);
  const own = describeProcess(process.pid);
  if (!create(lock, own)) {
    const found = readFileSync(lock, 'utf8');
    const pid = Number(/^\d+/.exec(found)?.[0]);
    if (isAlive(pid, found)) throw new JobFileInUseError(file, pid, lock);
    // Moved away, not deleted: of two processes that take it over, one may move the lock that the other has just made.
    const gone = `${lock}.${process.pid}`;
    const isStale = moved(lock, gone) && readFileSync(gone, 'utf8') === found;
    if (!isStale) putBack(gone, lock);
    rmSync(gone, { force: true });
    if (!isStale || !create(lock, own)) throw new JobFileInUseError(file, pid, lock);
  }
  heldHere.add(lock);
  return () => {
    heldHere.delete(lock);
    rmSync(lock, { force: true });
  };
}

/** @returns whether it was there: the other of two may have been faster */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The lock of whoever was faster, unless there is one again. */
function putBack(gone: string, lock: string): void {
  try {
    linkSync(gone, lock);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error;
  }
}

function create(lock: string, text: string): boolean {
  try {
    writeFileSync(lock, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A process id is used again: in a container that restarts, at once. When the process began tells two of them apart. */
function isAlive(pid: number, found: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    if (codeOf(error) !== 'EPERM') return false;
  }
  return describeProcess(pid) === found;
}

/** Its id, and when it began, in ticks since the boot of the machine, where the system says so. */
function describeProcess(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program may hold anything, and ends with the last parenthesis.
    const began = stat.slice(stat.lastIndexOf(')')).split(' ')[20];
    return `${pid} ${began}`;
  } catch {
    return String(pid);
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
