import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  NEIGHBOUR_VERSIONS,
  type Neighbour,
  NEIGHBOURS,
  PLATFORMS,
} from '../compat/neighbours/neighbours.js';
import { PackedApp } from '../compat/packed-app.js';
import { cleanUpAll, freePort, onCleanUp, type StartedProcess, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';

const KEY = 'neighbour:leader';
const APPS = 'test/compat/neighbours/apps';

async function install(platform: keyof typeof PLATFORMS): Promise<PackedApp> {
  const { format, dependencies } = PLATFORMS[platform];
  const absent = NEIGHBOURS.filter(({ without }) => without === platform).map(({ app }) => `${app}.ts`);
  const files = (await readdir(APPS)).filter((file) => !absent.includes(file));
  return PackedApp.install({
    format,
    dependencies: { ...NEIGHBOUR_VERSIONS, ...dependencies },
    sources: Object.fromEntries(files.map((file) => [file, join(APPS, file)])),
  });
}

function connect(redis: RedisServer): Redis {
  const client = new Redis(redis.url);
  onCleanUp(() => Promise.resolve(client.disconnect()));
  return client;
}

const count = (app: StartedProcess, lines: readonly RegExp[]): number =>
  app.lines.filter(({ text }) => lines.some((line) => line.test(text))).length;

/** Lines of the app's log that a healthy app does not have. */
const complaints = (app: StartedProcess, { mayLog }: Neighbour): readonly string[] =>
  app.lines
    .map(({ text }) => text)
    .filter((text) => /\b(WARN|ERROR|FATAL)\b|"level":[456]0/.test(text) && !mayLog?.test(text));

describe.each(Object.entries(PLATFORMS))('The packed library on %s', (name, { title }) => {
  const platform = name as keyof typeof PLATFORMS;
  let host: PackedApp;

  beforeAll(async () => {
    host = await install(platform);
    expect(await host.compile()).toEqual({ code: 0, output: '' });
  }, 300_000);

  afterEach(cleanUpAll);
  afterAll(() => host.remove());

  /** Starts an app while the lease is somebody else's. */
  async function startBeside(app: string, before?: string) {
    const redis = await RedisServer.start();
    const client = connect(redis);
    await client.set(KEY, 'somebody-else', 'PX', 60_000);
    const port = await freePort();
    const env = { REDIS_URL: redis.url, PORT: String(port) };
    return {
      client,
      url: `http://127.0.0.1:${port}`,
      process: await host.start(env, { main: `${app}.js`, before }),
    };
  }

  it.each(NEIGHBOURS.filter(({ without }) => without !== platform))(
    `in ${title} beside $what: elected work runs where it leads, all else everywhere, and a shutdown releases`,
    async (neighbour) => {
      const { app, before, elected, plain, then = [] } = neighbour;
      const { client, process } = await startBeside(app, before);
      await process.waitForLine(/^listening$/, 60_000);
      for (const line of plain) await process.waitForLine(line);
      await until(() => count(process, plain), {
        what: 'a few runs of the plain work',
        satisfies: (runs) => runs >= 5,
      });
      expect(count(process, elected)).toBe(0);

      await client.del(KEY);
      for (const line of [...elected, ...then]) await process.waitForLine(line);
      expect(await client.get(KEY)).not.toBeNull();

      await process.stop('SIGTERM');
      expect(await client.get(KEY)).toBeNull();
      if (!neighbour.logsBehind) expect(process.output).toContain('Stopped cleanly');
      expect(complaints(process, neighbour)).toEqual([]);
    },
    90_000,
  );

  it('beside a global throttler and helmet: probes are answered however often they are asked', async () => {
    const { url, process } = await startBeside('throttler-helmet');
    await process.waitForLine(/^listening$/, 60_000);
    for (const path of ['live', 'ready', 'background', 'live', 'ready', 'background']) {
      const response = await fetch(`${url}/health/${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    }
    await process.stop('SIGTERM');
  }, 90_000);

  it('in a command of nest-commander: leads nothing where the environment says so, and lets the command end', async () => {
    const redis = await RedisServer.start();
    const env = { REDIS_URL: redis.url, PORT: '0', BACKGROUND_SERVICES_ENABLED: 'false' };
    const process = await host.start(env, { main: 'commander.js' });
    await process.waitForLine(/^reported$/, 60_000);
    expect(await process.exited).toEqual({ code: 0, signal: null });
    expect(process.output).not.toMatch(/elected/);
    expect(await connect(redis).get(KEY)).toBeNull();
  }, 90_000);
});
