import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { Redis } from 'ioredis';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { installNest11App, NEST_11 } from '../compat/nest-11-app.js';
import { type PackedApp, run } from '../compat/packed-app.js';
import { cleanUpAll, freePort, type StartedProcess, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';

const KEY = 'compat:leader';

/** What esbuild's ESM bundles of CommonJS code need for their `require`. */
const REQUIRE_IN_ESM =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

describe('The packed library', () => {
  let host: PackedApp;

  beforeAll(async () => {
    host = await installNest11App();
  }, 180_000);

  afterEach(cleanUpAll);
  afterAll(() => host.remove());

  it('passes publint and attw', async () => {
    const { code, output } = await run(resolve('.'), 'npm', 'run', 'check:package');
    expect({ code, output }).toMatchObject({ code: 0 });
  }, 120_000);

  it('holds what a stranger needs, and no more', async () => {
    const { output } = await run(host.folder, 'tar', '-tzf', host.tarballs['nestjs-background-services']!);
    const files = output.split('\n').map((line) => line.replace(/^package\//, ''));
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'dist/cjs/package.json',
        'dist/cli/main.js',
        ...['dist/esm', 'dist/cjs'].flatMap((format) => [
          `${format}/index.js`,
          `${format}/index.d.ts`,
          `${format}/testing/index.js`,
          `${format}/testing/index.d.ts`,
          `${format}/keeper-thread.js`,
        ]),
      ]),
    );
    expect(files.filter((file) => !file.includes('/')).sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'].sort(),
    );
    expect(files.filter((file) => /spec|\.bench|^src|tsbuildinfo|\.map$/.test(file))).toEqual([]);
    // Files are found and loaded one by one, in every boot.
    for (const format of ['esm', 'cjs']) {
      const own = files.filter((file) => file.startsWith(`dist/${format}/`) && file.endsWith('.js'));
      expect(own.length).toBeLessThan(20);
    }
  });

  it('calls what it exports by its name, for errors, logs and stack traces', async () => {
    const program = `for (const entry of ['', '/testing']) {
      for (const [name, value] of Object.entries(await import('nestjs-background-services' + entry)))
        if (typeof value === 'function' && value.name !== name) console.log(name + ' is called ' + value.name);
    }`;
    expect(await run(host.folder, 'node', '--input-type=module', '-e', program)).toEqual({
      code: 0,
      output: '',
    });
  });

  it.each(['nestjs-background-services', 'background-services'])(
    'has its program under the name %s',
    async (name) => {
      expect(await run(host.folder, join(host.folder, 'node_modules/.bin', name), '--version')).toEqual({
        code: 0,
        output: await host.versionOf('nestjs-background-services'),
      });
    },
  );

  it('builds its program in a clone where nothing is built yet, once', async () => {
    const libs = join(host.folder, 'clone/libs');
    const file = 'background-services/bin/nestjs-background-services.js';
    await mkdir(join(libs, dirname(file)), { recursive: true });
    await copyFile(resolve('libs', file), join(libs, file));
    await writeFile(join(libs, 'background-services/package.json'), '{"type":"module"}');
    const built = `mkdirSync(new URL('./background-services/dist/cli', import.meta.url), { recursive: true });
      writeFileSync(new URL('./background-services/dist/cli/main.js', import.meta.url), 'console.log("it runs")');`;
    await writeFile(
      join(libs, 'build-library.mjs'),
      `import { mkdirSync, writeFileSync } from 'node:fs'; console.log('building', process.argv[2]); ${built}`,
    );
    const call = () => run(host.folder, process.execPath, join(libs, file));
    expect((await call()).output.split('\n')).toEqual([
      'Building nestjs-background-services, once …',
      'building background-services',
      'it runs',
    ]);
    expect(await call()).toEqual({ code: 0, output: 'it runs' });
  });

  describe('in a CommonJS app on Nest 11', () => {
    beforeAll(async () => {
      expect(await host.compile()).toEqual({ code: 0, output: '' });
    }, 120_000);

    /** Starts the app on a Redis of its own. */
    async function start(env: Readonly<Record<string, string>> = {}, main = 'main.js') {
      const redis = await RedisServer.start();
      const port = await freePort();
      const app = await host.start({ REDIS_URL: redis.url, PORT: String(port), ...env }, { main });
      return { app, redis, url: `http://127.0.0.1:${port}` };
    }

    const count = (app: StartedProcess, text: string) =>
      app.lines.filter((line) => line.text.startsWith(text)).length;

    it.each([
      ['@nestjs/common', /^11\./],
      ['@nestjs/core', /^11\./],
      ['@nestjs/schedule', /^6\./],
      ['@nestjs/terminus', /^11\./],
      ['ioredis', /^5\./],
    ])('stands beside %s', async (name, version) => {
      expect(await host.versionOf(name)).toMatch(version);
    });

    it('has types that hold there too', async () => {
      const { output } = await host.compile({ skipLibCheck: false });
      expect(output.split('\n').filter((line) => /nestjs-background-services|^src/.test(line))).toEqual([]);
    }, 120_000);

    it('elects, runs every kind of schedule, serves health, and ends cleanly on SIGTERM', async () => {
      const { app, redis, url } = await start();
      await app.waitForLine(/^listening$/, 30_000);

      const [, token] = await app.waitForLine(/^elected interval 3, token (\d+)$/);
      await app.waitForLine(/^elected cron in elected-cron$/);
      await app.waitForLine(/^plain interval$/);
      expect(count(app, 'elected timeout')).toBe(1);

      const client = new Redis(redis.url);
      const holder = await client.get(KEY);
      expect(Number(await client.get(`{${KEY}}:token`))).toBe(Number(token));

      const response = await fetch(`${url}/health/background`);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        status: 'ok',
        info: {
          background: {
            status: 'up',
            instanceId: holder,
            workers: {
              'elected-interval': { status: 'healthy', role: 'leader', running: true },
              'elected-cron': { status: 'healthy' },
              'elected-timeout': { status: 'healthy', iterations: 1 },
            },
          },
        },
      });
      for (const path of ['live', 'ready']) expect((await fetch(`${url}/health/${path}`)).status).toBe(200);

      // Nest ends the process with the signal it was sent, once everything is closed.
      expect(await app.stop('SIGTERM')).toEqual({ code: null, signal: 'SIGTERM' });
      expect(app.output).toContain('Stopped cleanly');
      expect(app.output).not.toMatch(/ERROR|WARN/);
      expect(await client.get(KEY)).toBeNull();
      client.disconnect();
    }, 120_000);

    it('runs its elected methods on one of two replicas, and all others on both', async () => {
      const { app: first, redis } = await start();
      await first.waitForLine(/^elected interval 1,/, 30_000);
      const second = await host.start({ REDIS_URL: redis.url, PORT: String(await freePort()) });
      await second.waitForLine(/^listening$/, 30_000);
      const seen = count(first, 'elected interval');
      await until(() => count(first, 'elected interval'), {
        what: 'five more intervals',
        satisfies: (now) => now >= seen + 5,
      });
      expect(count(second, 'elected')).toBe(0);
      expect(count(second, 'plain interval')).toBeGreaterThan(0);

      await first.stop('SIGTERM');
      await second.waitForLine(/^elected interval 1,/);
    }, 120_000);

    it('ends by itself after a boot that failed: no timer and no connection is left', async () => {
      const { app } = await start({ BOOT: 'fails' });
      await app.waitForLine(/^boot failed: no database$/, 30_000);
      await app.waitForLine(/^closed$/);
      await until(() => app.hasExited, { what: 'the process to end', timeout: 5_000 });
      expect(await app.exited).toEqual({ code: 0, signal: null });
      expect(count(app, 'elected')).toBe(0);
    }, 120_000);

    describe.each(['cjs', 'esm'] as const)('bundled and minified by esbuild as %s', (format) => {
      const thread = 'node_modules/nestjs-background-services/dist/esm/keeper-thread.js';

      /** Into a folder of its own. */
      async function bundle(name: string, entryPoints: Readonly<Record<string, string>>): Promise<string> {
        const outdir = join(host.folder, 'dist', name);
        await build({
          entryPoints,
          outdir,
          bundle: true,
          minify: true,
          platform: 'node',
          format,
          // The library in the bundle, and what it stands on beside it.
          external: Object.keys(NEST_11).flatMap((name) => [name, `${name}/*`]),
          logLevel: 'error',
          ...(format === 'esm' ? { banner: { js: REQUIRE_IN_ESM } } : {}),
        });
        await writeFile(
          join(outdir, 'package.json'),
          JSON.stringify({ type: format === 'esm' ? 'module' : 'commonjs' }),
        );
        return `${name}/main.js`;
      }

      const main = () => join(host.folder, 'dist/main.js');

      it('elects and runs', async () => {
        const { app } = await start({}, await bundle(`bundle-${format}`, { main: main() }));
        await app.waitForLine(/^elected interval 3,/, 30_000);
      }, 60_000);

      it("works with heartbeat: 'thread' where the thread's code is beside the bundle", async () => {
        const entries = { main: main(), 'keeper-thread': join(host.folder, thread) };
        const { app } = await start({ HEARTBEAT: 'thread' }, await bundle(`threads-${format}`, entries));
        await app.waitForLine(/^elected interval 3,/, 30_000);
      }, 60_000);

      it("refuses heartbeat: 'thread', whose code is not in the bundle, and says what to do", async () => {
        const file = await bundle(`refused-${format}`, { main: main() });
        const { app } = await start({ HEARTBEAT: 'thread' }, file);
        await app.waitForLine(
          /heartbeat: 'thread' needs the file keeper-thread\.js .*make dist\/esm\/keeper-thread\.js of nestjs-background-services a second entry/,
          30_000,
        );
        expect(await app.exited).toEqual({ code: 1, signal: null });
        expect(count(app, 'elected')).toBe(0);
      }, 60_000);
    });

    it("works with heartbeat: 'thread' where the library is no part of a bundle", async () => {
      const { app } = await start({ HEARTBEAT: 'thread' });
      await app.waitForLine(/^elected interval 3,/, 30_000);
    }, 60_000);
  });
});
