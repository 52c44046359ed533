import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import {
  COMMON,
  COMPILER_OPTIONS,
  SPECS,
  startServers,
  SWC,
  tsconfig,
  USES,
} from '../../compat/formats/scenes.js';
import { LIBRARIES, PackedApp, run } from '../../compat/packed-app.js';
import { cleanUpAll } from '../../support/processes.js';

const NEST_12 = {
  '@nestjs/common': '^12.5.0',
  '@nestjs/core': '^12.5.0',
  '@nestjs/platform-express': '^12.5.0',
  '@nestjs/schedule': '^12.0.2',
  '@nestjs/terminus': '^12.1.0',
  '@nestjs/testing': '^12.1.0',
  ioredis: '^6.0.0',
};

const TOOLS = {
  '@swc/core': '^1.16.0',
  '@swc/jest': '^0.2.39',
  '@types/jest': '^30.0.0',
  '@types/node': '^20.0.0',
  jest: '^30.0.0',
  'ts-jest': '^29.4.0',
  typescript: '^5.9.0',
  'unplugin-swc': '^1.5.0',
  vitest: '^4.0.0',
};

const VITEST = `import swc from 'unplugin-swc';
export default {
  test: { globals: true, root: './', include: ['src/**/*.spec.ts'] },
  plugins: [swc.vite({ module: { type: 'es6' } })],
};`;

const TRANSFORMS = {
  'ts-jest': ['ts-jest', { useESM: true }],
  '@swc/jest': ['@swc/jest', { ...SWC, module: { type: 'es6' } }],
} as const;

describe('The packed libraries in ESM apps on Nest 12', () => {
  let app: PackedApp;
  let room: string;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    env = await startServers();
    app = await PackedApp.install({
      format: 'esm',
      dependencies: { ...NEST_12, ...COMMON, ...TOOLS },
      sources: {},
      libraries: LIBRARIES,
    });
    const files = { ...SPECS, 'tsconfig.json': tsconfig(), 'vitest.config.mjs': VITEST };
    room = await app.addRoom('specs', { type: 'module' }, files);
  }, 300_000);
  afterAll(async () => {
    await cleanUpAll();
    await app.remove();
  });

  it.each(['ts-jest', '@swc/jest'] as const)(
    'run the specs of an app, in the ESM mode of jest 30, transformed by %s',
    async (name) => {
      const config = JSON.stringify({
        testRegex: String.raw`.*\.spec\.ts$`,
        extensionsToTreatAsEsm: ['.ts'],
        transform: { [String.raw`^.+\.ts$`]: TRANSFORMS[name] },
        testEnvironment: 'node',
      });
      const jest = join(app.folder, 'node_modules/jest/bin/jest.js');
      const args = ['--experimental-vm-modules', jest, '--rootDir', 'src', '--config', config];
      const { code, output } = await run({ folder: room, env }, process.execPath, ...args);
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(output).toContain(`Test Suites: ${Object.keys(SPECS).length} passed`);
    },
    120_000,
  );

  it('run the specs of an app in vitest', async () => {
    const vitest = join(app.folder, 'node_modules/vitest/vitest.mjs');
    const where = { folder: room, env: { ...env, NO_COLOR: '1' } };
    const { code, output } = await run(where, process.execPath, vitest, 'run');
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(new RegExp(`Test Files +${Object.keys(SPECS).length} passed`));
  }, 120_000);

  // With node16, TypeScript lets no CommonJS file import Nest 12, and that is what the types of the libraries are.
  it.each([
    ['module', 'nodenext', false],
    ['commonjs', 'nodenext', false],
    ['module', 'node16', true],
  ])(
    'have types in a package of type %s with "module": "%s" and "skipLibCheck": %s',
    async (type, module, skipLibCheck) => {
      const options = { ...COMPILER_OPTIONS, module, moduleResolution: module, strict: true, skipLibCheck };
      const compilerOptions = { ...options, noEmit: true, isolatedModules: false, types: ['node'] };
      const folder = await app.addRoom(
        `types-${type}-${module}`,
        { type },
        { ...USES, 'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }) },
      );
      const { output } = await run(folder, join(app.folder, 'node_modules/.bin/tsc'), '--pretty', 'false');
      expect(output.split('\n').filter((line) => /nestjs-background-|^src|^error/.test(line))).toEqual([]);
    },
    120_000,
  );
});
