import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startScript, unpackDebianPackages } from './debian-packages.js';

export interface Program {
  readonly command: string;
  /** The environment variable that names it outright. */
  readonly variable: string;
  /** The Debian packages that have it. */
  readonly debian: readonly string[];
  /** The suite beside the release that has them, e.g. `backports`. @default the release alone */
  readonly suite?: string;
  /** The Homebrew formula that has it. */
  readonly brew: string;
  /** Where in those packages it lies, if not in a folder of programs: what lies there may only be a script with paths of the system. */
  readonly within?: string;
}

export interface Places {
  readonly env?: NodeJS.ProcessEnv;
  /** Folders to look in after those of PATH. */
  readonly folders?: readonly string[];
  /** Where unpacked programs are kept. */
  readonly cache?: string;
}

const commonFolders = [
  '/usr/local/bin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/opt/homebrew/bin',
  '/home/linuxbrew/.linuxbrew/bin',
];
const projectCache = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '.cache');

/**
 * Where the program is: named by its variable, on PATH, in a common folder, or unpacked earlier. Undefined if nowhere.
 *
 * @throws Error if the variable names something that cannot be run: a wrong setting is not passed over.
 */
export function findProgram(program: Program, places: Places = {}): string | undefined {
  const { env = process.env, folders = commonFolders, cache = projectCache } = places;
  const named = env[program.variable];
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`${program.variable}=${named} is not a program that can be run.`);
  }
  const path = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return [
    ...[...path, ...folders].map((folder) => join(folder, program.command)),
    startScript(join(cache, program.command), program.command),
  ].find(isExecutable);
}

/**
 * Finds the program, or gets it without changing the system: Debian's packages are unpacked into `.cache`, where no
 * root is needed; on macOS Homebrew installs it.
 *
 * @throws Error that says what to install, and why each way failed.
 */
export async function ensureProgram(program: Program, places: Places = {}): Promise<string> {
  const found = findProgram(program, places);
  if (found) return found;
  const { cache = projectCache } = places;
  const failures: string[] = [];
  const ways = [
    { needs: ['apt-get', 'dpkg-deb'], get: () => unpack(program, cache) },
    { needs: ['brew'], get: () => promisify(execFile)('brew', ['install', program.brew]) },
  ];
  for (const { needs, get } of ways.filter(({ needs }) => needs.every(isCommand))) {
    try {
      await get();
      const installed = findProgram(program, places);
      if (installed) return installed;
      failures.push(`${needs[0]} ended well, but brought no ${program.command}`);
    } catch (error) {
      failures.push(`${needs[0]}: ${String(error)}`);
    }
  }
  throw new Error(
    [
      `${program.command} was not found, and could not be fetched.`,
      `Install it (Debian: "apt-get install ${program.debian[0]}", macOS: "brew install ${program.brew}"),`,
      `put it on PATH, or set ${program.variable} to its path.`,
      ...failures.map((failure) => `  - ${failure}`),
    ].join('\n'),
  );
}

async function unpack({ command, debian, suite, within }: Program, cache: string): Promise<void> {
  await unpackDebianPackages({ packages: debian, suite, command, within, into: join(cache, command) });
}

function isCommand(name: string): boolean {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return [...path, ...commonFolders].some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
