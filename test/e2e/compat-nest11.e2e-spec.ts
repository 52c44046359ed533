import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Nest11App, run } from '../compat/nest-11-app.js';
import { cleanUpAll, freePort, type StartedProcess, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';

const KEY = 'compat:leader';

describe('The packed library', () => {
  let host: Nest11App;

  beforeAll(async () => {
    host = await Nest11App.install();
  }, 180_000);

  afterEach(cleanUpAll);
  afterAll(() => rm(host.folder, { recursive: true, force: true }));

  it('passes publint and attw', async () => {
    const { code, output } = await run(resolve('.'), 'npm', 'run', 'check:package');
    expect({ code, output }).toMatchObject({ code: 0 });
  }, 120_000);

  it('holds what a stranger needs, and no more', async () => {
    const { output } = await run(host.folder, 'tar', '-tzf', host.tarball);
    const files = output.split('\n').map((line) => line.replace(/^package\//, ''));
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/testing/index.js',
        'dist/testing/index.d.ts',
        'dist/keeper-thread.js',
      ]),
    );
    expect(files.filter((file) => !file.includes('/')).sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'].sort(),
    );
    expect(files.filter((file) => /spec|\.bench|^src|tsbuildinfo/.test(file))).toEqual([]);
    // Files are found and loaded one by one, in every boot.
    expect(files.filter((file) => file.endsWith('.js')).length).toBeLessThan(20);
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

  describe('in a CommonJS app on Nest 11', () => {
    beforeAll(async () => {
      expect(await host.compile()).toEqual({ code: 0, output: '' });
    }, 120_000);

    /** Starts the app on a Redis of its own. */
    async function start(env: Readonly<Record<string, string>> = {}) {
      const redis = await RedisServer.start();
      const port = await freePort();
      const app = await host.start({ REDIS_URL: redis.url, PORT: String(port), ...env });
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
  });
});
