import { copyFile, mkdir, mkdtemp, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withoutTestRun } from '../support/image/build-by-hand.js';
import { startProcess } from '../support/processes.js';

/** What a host on Nest 11 has; `npm install` finds the newest of each. */
const DEPENDENCIES = {
  '@nestjs/common': '^11.0.0',
  '@nestjs/core': '^11.0.0',
  '@nestjs/platform-express': '^11.0.0',
  '@nestjs/schedule': '^6.0.0',
  '@nestjs/terminus': '^11.0.0',
  ioredis: '^5.4.0',
  'reflect-metadata': '^0.2.0',
  rxjs: '^7.2.0',
};

/** As most CommonJS apps have them; Node's own types are this repository's. */
const COMPILER_OPTIONS = {
  module: 'commonjs',
  moduleResolution: 'node10',
  ignoreDeprecations: '6.0',
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

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end. */
export async function run(folder: string, command: string, ...args: string[]): Promise<Finished> {
  const started = await startProcess(command, args, { cwd: folder, env: withoutTestRun() });
  const { code } = await started.exited;
  return { code, output: started.output };
}

/** Runs a command that must succeed. @throws Error with its output */
async function succeed(folder: string, command: string, ...args: string[]): Promise<void> {
  const { code, output } = await run(folder, command, ...args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}:\n${output}`);
}

/** Packs the built library. Returns the tarball's path. @throws Error if it was not built */
export async function packLibrary(into: string): Promise<string> {
  await succeed(resolve('.'), 'npm', 'pack', './libs/background-services', '--pack-destination', into);
  const tarball = (await readdir(into)).find((file) => file.endsWith('.tgz'));
  if (!tarball) throw new Error(`npm pack left no tarball in ${into}`);
  return join(into, tarball);
}

/** A CommonJS app on Nest 11 in a folder of its own, with the library from its tarball. */
export class Nest11App {
  private constructor(
    readonly folder: string,
    readonly tarball: string,
  ) {}

  static async install(): Promise<Nest11App> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'nest-11-')));
    const tarball = await packLibrary(folder);
    const dependencies = { ...DEPENDENCIES, 'nestjs-background-services': `file:${tarball}` };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }, null, 2));
    const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'];
    await succeed(folder, 'npm', 'install', ...quietly);
    await mkdir(join(folder, 'src'));
    await copyFile(resolve('test/compat/app.cts'), join(folder, 'src/main.ts'));
    return new Nest11App(folder, tarball);
  }

  /** The version of an installed package. */
  async versionOf(name: string): Promise<string> {
    const text = await readFile(join(this.folder, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  }

  /** Compiles the app to CommonJS. */
  async compile(options: Partial<typeof COMPILER_OPTIONS> = {}): Promise<Finished> {
    const config = { compilerOptions: { ...COMPILER_OPTIONS, ...options }, include: ['src'] };
    await writeFile(join(this.folder, 'tsconfig.json'), JSON.stringify(config, null, 2));
    return run(
      this.folder,
      process.execPath,
      resolve('node_modules/typescript/bin/tsc'),
      '--pretty',
      'false',
    );
  }

  /** Starts what was compiled with plain node. */
  start(env: Readonly<Record<string, string>>) {
    return startProcess(process.execPath, ['dist/main.js'], {
      cwd: this.folder,
      env: { ...withoutTestRun(), NO_COLOR: '1', ...env },
    });
  }
}
