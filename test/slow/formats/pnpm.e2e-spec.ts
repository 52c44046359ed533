import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMMON } from '../../compat/formats/scenes.js';
import { NEST_11 } from '../../compat/nest-11-app.js';
import { LIBRARIES, PackedApp, run } from '../../compat/packed-app.js';
import { cleanUpAll } from '../../support/processes.js';

/** Loads every entry, and starts an app with all modules. */
const program = (load: string) => `${load}
async function main() {
  const { Module } = await load('@nestjs/common');
  const { NestFactory } = await load('@nestjs/core');
  const { BackgroundServicesModule } = await load('nestjs-background-services');
  for (const entry of ['fleet', 'store', 'metrics', 'tracing', 'testing']) await load('nestjs-background-services/' + entry);
  const { BackgroundJobsModule } = await load('nestjs-background-jobs');
  for (const entry of ['client', 'metrics']) await load('nestjs-background-jobs/' + entry);
  const { BackgroundDashboardModule } = await load('nestjs-background-dashboard');
  await load('nestjs-background-redlock');
  class AppModule {}
  const guard = { canActivate: () => true };
  const imports = [BackgroundServicesModule.forRoot({}), BackgroundJobsModule.forRoot({}), BackgroundDashboardModule.forRoot({ guard })];
  Module({ imports })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const { status } = await fetch(await app.getUrl() + '/background/api/jobs');
  console.log('answered ' + status);
  await app.close();
}
main();`;

describe('The packed libraries where pnpm installed them', () => {
  let app: PackedApp;
  let room: string;

  beforeAll(async () => {
    app = await PackedApp.install({
      format: 'commonjs',
      dependencies: {},
      sources: {},
      libraries: LIBRARIES,
      isInstalled: false,
    });
    room = join(app.folder, 'strict');
    await mkdir(room);
    const own = Object.fromEntries(
      Object.entries(app.tarballs).map(([name, file]) => [name, `file:${file}`]),
    );
    const manifest = {
      private: true,
      dependencies: { ...NEST_11, ...COMMON, ...own },
      // Nothing of npm's registry has these versions.
      pnpm: { overrides: own },
    };
    await writeFile(join(room, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(room, 'main.cjs'), program('const load = async (name) => require(name);'));
    await writeFile(join(room, 'main.mjs'), program('const load = (name) => import(name);'));
    const pnpm = ['--yes', '--prefer-offline', '--package=pnpm@10', 'pnpm'];
    const options = ['install', '--ignore-scripts', '--no-hoist', '--prefer-offline'];
    const { code, output } = await run(room, 'npx', ...pnpm, ...options);
    expect({ code, output }).toMatchObject({ code: 0 });
  }, 300_000);
  afterAll(async () => {
    await cleanUpAll();
    await app.remove();
  });

  it('find nothing that they did not ask for', async () => {
    const installed = await readdir(join(room, 'node_modules'));
    expect(installed).not.toContain('croner');
    expect(installed).not.toContain('redlock');
  });

  it.each(['main.cjs', 'main.mjs'])(
    'start, every entry loaded by %s',
    async (file) => {
      expect(await run(room, process.execPath, file)).toEqual({ code: 0, output: 'answered 200' });
    },
    60_000,
  );
});
