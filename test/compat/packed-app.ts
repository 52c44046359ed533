import { copyFile, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { withoutTestRun } from '../support/image/build-by-hand.js';
import { startProcess, type StartedProcess } from '../support/processes.js';

/** What differs between the apps that most hosts are. */
export type ModuleFormat = 'commonjs' | 'esm';

export interface PackedAppOptions {
  readonly format: ModuleFormat;
  /** Versions by package; the library is added from its tarball. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Files of the app; the keys are their names in its `src`. */
  readonly sources: Readonly<Record<string, string>>;
  /** Which of the libraries it has, by their folders. */
  readonly libraries?: readonly Library[];
  /** `false`: the test installs it in its own way. @default true */
  readonly isInstalled?: boolean;
}

/** Its text, or where to copy it from. */
export type RoomFile = string | { readonly from: string };

export const LIBRARIES = [
  'background-services',
  'background-jobs',
  'background-dashboard',
  'background-redlock',
] as const;
export type Library = (typeof LIBRARIES)[number];

/** As most apps have them; Node's own types are this repository's. */
const COMPILER_OPTIONS = {
  target: 'ES2023',
  outDir: 'dist',
  rootDir: 'src',
  strict: true,
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  esModuleInterop: true,
  skipLibCheck: true,
  types: ['node'],
  typeRoots: [resolve('node_modules/@types')],
};

const FORMATS = {
  commonjs: { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
  esm: { module: 'nodenext', moduleResolution: 'nodenext' },
} as const;

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end, in a folder, with an environment of its own if need be. */
export async function run(
  where: string | { readonly folder: string; readonly env: Readonly<Record<string, string>> },
  command: string,
  ...args: string[]
): Promise<Finished> {
  const { folder, env } = typeof where === 'string' ? { folder: where, env: {} } : where;
  const started = await startProcess(command, args, { cwd: folder, env: { ...withoutTestRun(), ...env } });
  const { code } = await started.exited;
  return { code, output: started.output };
}

/** Runs a command that must succeed. @throws Error with its output */
async function succeed(folder: string, command: string, ...args: string[]): Promise<void> {
  const { code, output } = await run(folder, command, ...args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}:\n${output}`);
}

/** Packs built libraries. Returns the tarballs' paths by package. @throws Error if they were not built */
async function pack(libraries: readonly Library[], into: string): Promise<Record<string, string>> {
  const folders = libraries.map((library) => `./libs/${library}`);
  await succeed(resolve('.'), 'npm', 'pack', ...folders, '--pack-destination', into);
  const tarballs = await readdir(into);
  return Object.fromEntries(
    libraries.map((library) => {
      const tarball = tarballs.find((file) => file.startsWith(`nestjs-${library}-`));
      if (!tarball) throw new Error(`npm pack left no tarball of ${library} in ${into}`);
      return [`nestjs-${library}`, join(into, tarball)];
    }),
  );
}

const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'];

/** An app in a folder of its own, with the library from its tarball, as somebody else would have it. */
export class PackedApp {
  private constructor(
    readonly folder: string,
    /** The tarballs, by package. */
    readonly tarballs: Readonly<Record<string, string>>,
    private readonly format: ModuleFormat,
  ) {}

  static async install(options: PackedAppOptions): Promise<PackedApp> {
    const {
      format,
      dependencies,
      sources,
      libraries = ['background-services'],
      isInstalled = true,
    } = options;
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'packed-app-')));
    const tarballs = await pack(libraries, folder);
    const files = Object.entries(tarballs).map(([name, tarball]) => [name, `file:${tarball}`]);
    const manifest = {
      private: true,
      type: format === 'esm' ? 'module' : 'commonjs',
      dependencies: { ...dependencies, ...(Object.fromEntries(files) as Record<string, string>) },
    };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
    if (isInstalled) await succeed(folder, 'npm', ...INSTALL);
    await mkdir(join(folder, 'src'));
    for (const [name, file] of Object.entries(sources))
      await copyFile(resolve(file), join(folder, 'src', basename(name)));
    return new PackedApp(folder, tarballs, format);
  }

  /**
   * Makes a package inside the app, which finds what the app has installed, too.
   * @param files that it consists of beside `package.json`, by their names in it
   */
  async addRoom(
    name: string,
    manifest: { readonly type?: string; readonly dependencies?: Readonly<Record<string, string>> },
    files: Readonly<Record<string, RoomFile>>,
  ): Promise<string> {
    const room = join(this.folder, name);
    const all: Readonly<Record<string, RoomFile>> = { 'package.json': JSON.stringify(manifest), ...files };
    for (const [file, content] of Object.entries(all)) {
      await mkdir(dirname(join(room, file)), { recursive: true });
      if (typeof content === 'string') await writeFile(join(room, file), content);
      else await copyFile(resolve(content.from), join(room, file));
    }
    // What it asks for as peers, the app has.
    if (manifest.dependencies) await succeed(room, 'npm', ...INSTALL, '--legacy-peer-deps');
    return room;
  }

  /** The version of an installed package. */
  async versionOf(name: string): Promise<string> {
    const text = await readFile(join(this.folder, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  }

  /** Compiles the app. */
  async compile(options: Partial<typeof COMPILER_OPTIONS> = {}): Promise<Finished> {
    const compilerOptions = { ...COMPILER_OPTIONS, ...FORMATS[this.format], ...options };
    await writeFile(
      join(this.folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['src'] }, null, 2),
    );
    const compiler = resolve('node_modules/typescript/bin/tsc');
    return run(this.folder, process.execPath, compiler, '--pretty', 'false');
  }

  /** Starts a file of `dist` with plain node. `before` is loaded first, in the way of the app's format. */
  start(
    env: Readonly<Record<string, string>>,
    { main = 'main.js', before }: { readonly main?: string; readonly before?: string | undefined } = {},
  ): Promise<StartedProcess> {
    const flag = this.format === 'esm' ? '--import' : '--require';
    const preload = before === undefined ? [] : [flag, `./dist/${before}`];
    return startProcess(process.execPath, [...preload, `dist/${main}`], {
      cwd: this.folder,
      env: { ...withoutTestRun(), NO_COLOR: '1', ...env },
    });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
