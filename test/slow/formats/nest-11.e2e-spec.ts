import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import {
  COMMON,
  COMPILER_OPTIONS,
  MIXED_APP,
  SPECS,
  startServers,
  SWC,
  tsconfig,
  USES,
} from '../../compat/formats/scenes.js';
import { NEST_11 } from '../../compat/nest-11-app.js';
import { LIBRARIES, PackedApp, run } from '../../compat/packed-app.js';
import { cleanUpAll, freePort, type StartedProcess, until } from '../../support/processes.js';

/** What `nest new` and its builders bring along. */
const TOOLS = {
  '@nestjs/cli': '^11.0.0',
  '@nestjs/testing': '^11.0.0',
  '@swc/cli': '^0.7.0',
  '@swc/core': '^1.16.0',
  '@types/node': '^20.0.0',
  'ts-loader': '^9.5.0',
  typescript: '^5.9.0',
};

/** The jest of `nest new`, and what it may be put in place of ts-jest. */
const TRANSFORMS = { 'ts-jest': 'ts-jest', '@swc/jest': ['@swc/jest', SWC] } as const;

const jestConfig = (transform: keyof typeof TRANSFORMS) => ({
  moduleFileExtensions: ['js', 'json', 'ts'],
  rootDir: 'src',
  testRegex: String.raw`.*\.spec\.ts$`,
  transform: { [String.raw`^.+\.(t|j)s$`]: TRANSFORMS[transform] },
  testEnvironment: 'node',
});

/** The library in the bundle, minified, and what it stands on beside it. */
const WEBPACK = `module.exports = (options) => ({
  ...options,
  mode: 'production',
  externals: ({ request }, done) =>
    /^[@a-z]/.test(request) && !request.startsWith('nestjs-background-') ? done(null, 'commonjs ' + request) : done(),
});`;

describe('The packed libraries in CommonJS apps on Nest 11', () => {
  let app: PackedApp;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    env = await startServers();
    app = await PackedApp.install({
      format: 'commonjs',
      dependencies: { ...NEST_11, ...COMMON, ...TOOLS },
      sources: {},
      libraries: LIBRARIES,
    });
  }, 300_000);
  afterAll(async () => {
    await cleanUpAll();
    await app.remove();
  });

  describe.each([29, 30])('with jest %i as `nest new` sets it up', (version) => {
    let room: string;

    beforeAll(async () => {
      room = await app.addRoom(
        `jest-${version}`,
        {
          dependencies: {
            jest: `^${version}.0.0`,
            '@types/jest': `^${version}.0.0`,
            'ts-jest': '^29.2.0',
            '@swc/jest': '^0.2.39',
          },
        },
        { ...SPECS, 'tsconfig.json': tsconfig() },
      );
    }, 180_000);

    it.each(['ts-jest', '@swc/jest'] as const)(
      'run the specs of an app, transformed by %s',
      async (name) => {
        const config = JSON.stringify(jestConfig(name));
        const jest = ['node_modules/jest/bin/jest.js', '--rootDir', 'src', '--config', config];
        const { code, output } = await run({ folder: room, env }, process.execPath, ...jest);
        expect({ code, output }).toMatchObject({ code: 0 });
        expect(output).toContain(`Test Suites: ${Object.keys(SPECS).length} passed`);
      },
      180_000,
    );
  });

  describe('where a CommonJS and an ESM part use them', () => {
    let room: string;

    beforeAll(async () => {
      room = await app.addRoom(
        'mixed',
        { type: 'commonjs' },
        { ...MIXED_APP, 'tsconfig.json': tsconfig({ rootDir: 'src', declaration: false }) },
      );
      const compiled = await run(room, join(app.folder, 'node_modules/.bin/tsc'), '-p', '.');
      expect(compiled).toEqual({ code: 0, output: '' });
    }, 120_000);

    const start = (more: Readonly<Record<string, string>>) =>
      app.start({ ...env, ...more }, { main: '../mixed/dist/main.cjs' });

    const linesOf = (process: StartedProcess, kind: string) =>
      process.lines.flatMap(({ text }) => (text.startsWith(`${kind} `) ? [text] : []));

    it.each([
      ['share one copy', '', 'one copy: true'],
      ['agree where a tool makes two copies', 'cjs', 'one copy: false'],
    ])(
      '%s: each schedule runs once, and so does each job',
      async (_what, COPY, copies) => {
        const process = await start({ COPY });
        await process.waitForLine(/^booted$/, 30_000);
        expect(process.output).toContain(copies);
        for (const kind of ['commonjs', 'esm', 'service']) {
          await until(() => linesOf(process, kind).length, {
            what: `runs of ${kind}`,
            satisfies: (runs) => runs >= 5,
          });
          const numbers = linesOf(process, kind).map((_line, index) => `${kind} ${index + 1} ${index + 1}`);
          expect(linesOf(process, kind)).toEqual(numbers);
        }
        for (const type of ['in-commonjs', 'in-esm']) {
          await process.waitForLine(new RegExp(`^completed ${type} .*"noData":true`));
          expect(linesOf(process, 'job').filter((line) => line === `job ${type}`)).toHaveLength(1);
        }
        await process.stop('SIGTERM');
      },
      60_000,
    );

    it.each([
      ['one copy', ''],
      ['two copies', 'cjs'],
    ])(
      'refuse a second registration, of %s',
      async (_what, COPY) => {
        const process = await start({ COPY, REGISTER: 'twice' });
        await process.waitForLine(/BackgroundServicesModule is registered 2 times in this app/, 30_000);
        expect(await process.exited).toEqual({ code: 1, signal: null });
        expect(process.output).toMatch(/ - .*part\.mjs:\d+:\d+/);
        expect(process.output).toMatch(/ - .*main\.cjs:\d+:\d+/);
        expect(process.output).not.toMatch(/^(commonjs|esm|service) /m);
      },
      60_000,
    );
  });

  it.each([
    ['commonjs', 'node16', 'node16'],
    ['commonjs', 'nodenext', 'nodenext'],
    ['commonjs', 'commonjs', 'node10'],
    ['commonjs', 'preserve', 'bundler'],
    ['module', 'node16', 'node16'],
    ['module', 'nodenext', 'nodenext'],
  ])(
    'have types in a package of type %s with "module": "%s"',
    async (type, module, moduleResolution) => {
      const compilerOptions = {
        ...{ ...COMPILER_OPTIONS, module, moduleResolution, strict: true, skipLibCheck: false, noEmit: true },
        // node10 knows no `exports`.
        ...{
          resolvePackageJsonExports: moduleResolution !== 'node10',
          isolatedModules: false,
          types: ['node'],
        },
      };
      const room = await app.addRoom(
        `types-${type}-${module}`,
        { type },
        { ...USES, 'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }) },
      );
      const { output } = await run(room, join(app.folder, 'node_modules/.bin/tsc'), '--pretty', 'false');
      expect(output.split('\n').filter((line) => /nestjs-background-|^src|^error/.test(line))).toEqual([]);
    },
    120_000,
  );

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['tsc', 'tsc', {}],
    ['swc', 'swc', {}],
    ['webpack, minified and with the library in the bundle', 'webpack', { 'webpack.config.js': WEBPACK }],
  ])(
    "run in an app that `nest build` built with %s, with heartbeat: 'thread'",
    async (_what, builder, files) => {
      const room = await app.addRoom(
        `built-by-${builder}`,
        { type: 'commonjs' },
        {
          'src/main.ts': { from: 'test/compat/app.cts' },
          'tsconfig.json': tsconfig(),
          'nest-cli.json': JSON.stringify({ sourceRoot: 'src' }),
          ...files,
        },
      );
      const nest = join(app.folder, 'node_modules/.bin/nest');
      const { code, output } = await run(room, nest, 'build', '--builder', builder);
      expect({ code, output }).toMatchObject({ code: 0 });
      const port = String(await freePort());
      const process = await app.start(
        { ...env, HEARTBEAT: 'thread', PORT: port },
        { main: `../built-by-${builder}/dist/main.js` },
      );
      await process.waitForLine(/^elected interval 3,/, 30_000);
      await process.stop('SIGTERM');
    },
    120_000,
  );
});
