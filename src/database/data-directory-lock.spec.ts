import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataDirectoryInUseError } from './data-directory-in-use.error.js';
import { lockDataDirectory } from './data-directory-lock.js';

describe('lockDataDirectory', () => {
  let folder: string;
  let dataDir: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'data-directory-'));
    dataDir = join(folder, 'pglite');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets one holder in, and the next after it', () => {
    const unlock = lockDataDirectory(dataDir);
    expect(() => lockDataDirectory(dataDir)).toThrow(DataDirectoryInUseError);
    expect(() => lockDataDirectory(`${dataDir}/`)).toThrow(/DATA_DIR.*DATABASE_URL/);
    unlock();
    expect(existsSync(`${dataDir}.lock`)).toBe(false);
    lockDataDirectory(dataDir)();
  });

  it('refuses a folder of another living process', () => {
    writeFileSync(`${dataDir}.lock`, String(process.ppid));
    expect(() => lockDataDirectory(dataDir)).toThrow(`process ${process.ppid} has its database open`);
  });

  it.each([
    ['of a process that is gone', String(2 ** 22 + 1)],
    ['of our own id, from before a restart', String(process.pid)],
    ['that is empty', ''],
  ])('takes over a lock %s', (_, content) => {
    writeFileSync(`${dataDir}.lock`, content);
    const unlock = lockDataDirectory(dataDir);
    expect(readFileSync(`${dataDir}.lock`, 'utf8')).toBe(String(process.pid));
    unlock();
  });
});
