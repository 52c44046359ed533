import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Copies what `docker build` would see of a fresh clone with today's edits: the files that git tracks or would track, less
 * those named in .dockerignore.
 */
export async function copyBuildContext(repository: string, into: string): Promise<void> {
  const { stdout } = await promisify(execFile)(
    'git',
    ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: repository, maxBuffer: 64 * 1024 * 1024 },
  );
  const isIgnored = parseDockerignore(await readFile(join(repository, '.dockerignore'), 'utf8'));
  // A file can be deleted and still be in the index.
  const files = stdout.split('\0').filter((file) => file !== '' && existsSync(join(repository, file)));
  for (const file of files.filter((path) => !isIgnored(path))) {
    await mkdir(dirname(join(into, file)), { recursive: true });
    await cp(join(repository, file), join(into, file), { verbatimSymlinks: true });
  }
}

/**
 * Whether a path is ignored. Patterns count from the top level, and name a file or a folder with all it holds. Of the
 * syntax, `**` for any folders and `*` for any part of a name are known; `!` is not.
 */
export function parseDockerignore(source: string): (path: string) => boolean {
  const patterns = source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((pattern) => new RegExp(`^${expressionFor(pattern)}(/|$)`));
  return (path) => patterns.some((pattern) => pattern.test(path));
}

function expressionFor(pattern: string): string {
  if (pattern.startsWith('!')) throw new Error(`Exceptions are not supported: ${pattern}`);
  return pattern
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'));
}
