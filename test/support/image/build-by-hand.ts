import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startProcess } from '../processes.js';
import { copyBuildContext } from './build-context.js';
import { execForm, parseDockerfile, type Instruction, type Stage } from './dockerfile.js';

const run = promisify(execFile);

/** What a container of the image would be given. */
export interface Image {
  /** The folder that stands for WORKDIR. */
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

export interface BuildOptions {
  readonly dockerfile: string;
  readonly repository: string;
  /** An empty folder. Every stage gets a folder in it that stands for its root. */
  readonly into: string;
  /** Whom COPY --chown gives files to, if this process may give any away. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

/** The state of a stage while its instructions are carried out. */
interface Building {
  readonly root: string;
  workdir: string;
  user: string;
  env: Record<string, string>;
  command: string[];
  healthcheck: string[];
}

/**
 * Carries a Dockerfile's instructions out without a container engine: the system stands for every base image, a folder for
 * every file system, and absolute paths in COPY and WORKDIR are taken within that folder. RUN lines run as they are.
 *
 * @throws Error for an instruction that it does not know: nothing is passed over.
 */
export async function buildByHand(options: BuildOptions): Promise<Image> {
  const context = join(options.into, 'context');
  await copyBuildContext(options.repository, context);
  const finished = new Map<string, Building>();
  let last: Building | undefined;
  for (const stage of parseDockerfile(await readFile(options.dockerfile, 'utf8'))) {
    last = await buildStage(stage, options, (from) => {
      if (from === undefined) return context;
      const source = finished.get(from);
      if (!source) throw new Error(`COPY --from=${from} names no earlier stage.`);
      return source.root;
    });
    finished.set(stage.name, last);
  }
  if (!last) throw new Error(`${options.dockerfile} has no stage.`);
  return { ...last, workdir: join(last.root, last.workdir) };
}

async function buildStage(
  stage: Stage,
  options: BuildOptions,
  sourceOf: (stage: string | undefined) => string,
): Promise<Building> {
  const root = await mkdtemp(join(options.into, `${stage.name}-`));
  await chmod(root, 0o755);
  const building: Building = { root, workdir: '/', user: 'root', env: {}, command: [], healthcheck: [] };
  for (const instruction of stage.instructions) {
    const { keyword, text, flags } = instruction;
    switch (keyword) {
      case 'WORKDIR':
        building.workdir = resolve(building.workdir, text);
        await mkdir(join(root, building.workdir), { recursive: true });
        break;
      case 'ENV':
        for (const [, name, value] of text.matchAll(/(\w+)=(\S+)/g)) building.env[name!] = value!;
        break;
      case 'COPY':
        await copy(instruction, building, sourceOf(flags['from']), options.owner);
        break;
      case 'RUN':
        await runInShell(text, building);
        break;
      case 'USER':
        building.user = text;
        break;
      case 'CMD':
        building.command = execForm(text);
        break;
      case 'HEALTHCHECK':
        building.healthcheck = execForm(text.replace(/^CMD\s+/, ''));
        break;
      case 'EXPOSE':
        break;
      default:
        throw new Error(`This builder does not know ${keyword}.`);
    }
  }
  return building;
}

/** As COPY does it: a folder gives its content, and a target that ends in a slash (or a dot) is a folder. */
async function copy(
  { text, flags }: Instruction,
  { root, workdir }: Building,
  source: string,
  owner: BuildOptions['owner'],
): Promise<void> {
  const paths = text.split(/\s+/);
  const target = paths.pop()!;
  const into = join(root, resolve(workdir, target));
  for (const path of paths.map((name) => join(source, name))) {
    const isFolder = (await stat(path)).isDirectory();
    const intoFolder = isFolder || /(\/|^\.)$/.test(target);
    await mkdir(intoFolder ? into : join(into, '..'), { recursive: true });
    // Nothing of an image is written to: links do where there are some, but for files that are given away.
    const how = process.platform === 'linux' && flags['from'] && !flags['chown'] ? '-al' : '-a';
    await run('cp', [how, isFolder ? `${path}/.` : path, into]);
  }
  if (!flags['chown'] || !owner) return;
  const { uid, gid } = owner;
  const entries = await readdir(into, { recursive: true });
  await Promise.all(['.', ...entries].map((entry) => chown(join(into, entry), uid, gid)));
}

async function runInShell(line: string, { root, workdir, env }: Building): Promise<void> {
  const shell = await startProcess('/bin/sh', ['-c', line], {
    cwd: join(root, workdir),
    // What is in npm's cache need not be asked for again.
    env: { ...withoutTestRun(), npm_config_prefer_offline: 'true', ...env },
  });
  const { code } = await shell.exited;
  if (code !== 0) throw new Error(`RUN ${line} ended with code ${String(code)}:\n${shell.output}`);
}

/** What npm and jest add to the environment of a test run, taken away: a fresh image has none of it. */
export function withoutTestRun(): Record<string, undefined> {
  const added = Object.keys(process.env).filter((name) =>
    /^(npm_(package|lifecycle)_|npm_config_local_prefix$|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$|JEST_)/.test(name),
  );
  return Object.fromEntries(added.map((name) => [name, undefined]));
}
