import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface UnpackOptions {
  /** Packages to unpack even if the system has them. What they depend on is added if the system lacks it. */
  readonly packages: readonly string[];
  /** The suite beside the release that has them, e.g. `backports`. @default the release alone */
  readonly suite?: string | undefined;
  /** The program wanted from them. */
  readonly command: string;
  /** The folder it lies in, below the root. @default any `bin` or `sbin` */
  readonly within?: string | undefined;
  /** The folder to make. It appears complete or not at all, so several processes may race for it. */
  readonly into: string;
}

/**
 * Downloads Debian packages with apt-get and unpacks them into a folder: no root, and nothing on the system changes.
 * Returns the path of a start script for the command, which lets it find the libraries that came along.
 */
export async function unpackDebianPackages({
  packages,
  suite,
  command,
  within,
  into,
}: UnpackOptions): Promise<string> {
  await mkdir(dirname(into), { recursive: true });
  const folder = await mkdtemp(`${into}-`);
  try {
    const debs = join(folder, 'debs');
    const root = join(folder, 'root');
    await Promise.all([mkdir(debs), mkdir(root)]);
    // The system's package lists are tried first; they can be absent (slim images) or out of date.
    await download(packages, debs, []).catch(async () => {
      await download(packages, debs, await ownPackageLists(join(folder, 'apt'), suite));
    });
    for (const deb of await readdir(debs)) await run('dpkg-deb', ['--extract', join(debs, deb), root]);
    await writeStartScript(folder, root, command, within);
    await Promise.all([debs, join(folder, 'apt')].map((path) => rm(path, { recursive: true, force: true })));
    // A program that refuses to run as root is run by somebody else.
    await chmod(folder, 0o755);
    await rename(folder, into).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was faster: its copy is as good as ours.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return startScript(into, command);
}

/** Where the start script of a command lies in an unpacked folder. */
export function startScript(folder: string, command: string): string {
  return join(folder, 'bin', command);
}

async function download(
  packages: readonly string[],
  into: string,
  options: readonly string[],
): Promise<void> {
  const missing = await missingDependencies(packages, options);
  await run('apt-get', [...options, ...sandbox(), 'download', ...new Set([...packages, ...missing])], {
    cwd: into,
  });
}

/** What an installation would add to the system, as apt-get's dry run tells it. */
async function missingDependencies(
  packages: readonly string[],
  options: readonly string[],
): Promise<string[]> {
  const { stdout } = await run('apt-get', [
    ...options,
    '--simulate',
    '--no-install-recommends',
    'install',
    ...packages,
  ]);
  return newlyInstalled(stdout);
}

/** The names in the lines "Inst <name> (…". The C library stays the system's: it must fit the system's loader. */
export function newlyInstalled(simulation: string): string[] {
  const names = [...simulation.matchAll(/^Inst (\S+) /gm)].map((match) => match[1]!);
  return names.filter((name) => !/^libc6(:|$)/.test(name));
}

/** Fresh package lists of our own, beside the system's. Returns the options that make apt-get use them. */
async function ownPackageLists(folder: string, suite: string | undefined): Promise<string[]> {
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  const options = [
    ['-o', `Dir::State::lists=${join(folder, 'lists')}`],
    ['-o', `Dir::Cache=${join(folder, 'cache')}`],
    ['-o', 'Debug::NoLocking=1'],
  ].flat();
  if (suite) options.push('-o', `Dir::Etc::sourceparts=${await sourcesWith(suite, join(folder, 'sources'))}`);
  await run('apt-get', [...options, ...sandbox(), 'update']);
  return options;
}

/** The system's sources, and one more: the suite from where the release itself comes. Returns the folder. */
async function sourcesWith(suite: string, folder: string): Promise<string> {
  await cp('/etc/apt/sources.list.d', folder, { recursive: true });
  const release = /^VERSION_CODENAME=(\S+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1];
  const format = '$(RELEASE)|$(COMPONENT)|$(REPO_URI)|$(SIGNED_BY)';
  const { stdout } = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const own = stdout.split('\n').map((line) => line.split('|'));
  const [, component, uri, key = ''] = own.find(([name]) => name === release) ?? [];
  if (!component || !uri) throw new Error(`apt-get knows no source of ${release ?? 'this system'}`);
  // Where the system names no key, apt-get takes those that it trusts.
  const signed = key.startsWith('/') ? ` [signed-by=${key}]` : '';
  const line = `deb${signed} ${uri} ${release}-${suite} ${component}\n`;
  await writeFile(join(folder, `${suite}-of-tests.list`), line);
  return folder;
}

/** Root's apt-get would hand downloads to a user who cannot write into our folder. */
function sandbox(): string[] {
  return process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : [];
}

async function writeStartScript(
  folder: string,
  root: string,
  command: string,
  within: string | undefined,
): Promise<void> {
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  const isProgramFolder = (path: string) =>
    within === undefined ? /\/s?bin$/.test(path) : path === join(root, within);
  const program = files.find((file) => file.name === command && isProgramFolder(file.parentPath));
  if (!program) throw new Error(`No program "${command}" in the packages.`);
  const libraries = new Set(
    files.filter(({ name }) => /\.so(\.|$)/.test(name)).map((file) => relative(folder, file.parentPath)),
  );
  const script = startScript(folder, command);
  await mkdir(dirname(script));
  // `exec`: the process keeps the pid that its starter knows.
  await writeFile(
    script,
    [
      '#!/bin/sh',
      'here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)',
      `export LD_LIBRARY_PATH="${[...libraries].map((path) => `$here/${path}`).join(':')}"`,
      // Fonts that came along are found by their own configuration, or else by the system's.
      'if [ -d "$here/root/etc/fonts" ]; then export FONTCONFIG_SYSROOT="$here/root"',
      'elif [ -d "$here/root/usr/share/fonts" ]; then export XDG_DATA_HOME="$here/root/usr/share"; fi',
      `exec "$here/${relative(folder, join(program.parentPath, program.name))}" "$@"`,
      '',
    ].join('\n'),
  );
  await chmod(script, 0o755);
}
