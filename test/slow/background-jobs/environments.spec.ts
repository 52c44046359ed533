import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { JobsRedis } from 'nestjs-background-jobs';
import { BackgroundHealthIndicator } from 'nestjs-background-services';
import { cleanUpAll, onCleanUp, until } from '../../support/processes.js';
import { RedisServer } from '../../support/redis-server.js';
import { bootJobs, over } from '../../integration/background-jobs/jobs-app.js';

describe('Jobs on a Redis as somebody runs it', () => {
  afterEach(cleanUpAll);

  async function run(redis: JobsRedis) {
    const app = await bootJobs({ redis });
    const { job } = await app.jobs.submit('steps', { items: ['a'] });
    expect(await over(app.jobs, job)).toMatchObject({ state: 'completed' });
    return app;
  }

  it('run where INFO, HELLO and CLIENT are renamed', async () => {
    const renamed = ['INFO', 'HELLO', 'CLIENT'].map((command) => `rename-command ${command} ""\n`).join('');
    const server = await RedisServer.start({ config: renamed });
    expect((await run(server.url)).log.complaints).toEqual([]);
  });

  it.each(['EVAL', 'BZPOPMIN', 'HSTRLEN'])('name %s where it is renamed, in one line', async (command) => {
    const server = await RedisServer.start({ config: `rename-command ${command} ""\n` });
    const { jobs, log } = await bootJobs({ redis: server.url });
    await jobs.submit('steps', { items: ['a'] }).catch(() => undefined);
    const line = new RegExp(
      `^warn: Jobs cannot use Redis: The server does not know ${command} .* Take a rename-command of ${command} back`,
    );
    await until(() => log.lines.some((text) => line.test(text)), {
      what: `a line that names ${command}; log: ${log.lines.join('\n')}`,
    });
  });

  it('warn of an eviction policy at boot, in the log of the app', async () => {
    const server = await RedisServer.start();
    const admin = new Redis(server.url);
    onCleanUp(() => admin.disconnect());
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const console = jest.spyOn(globalThis.console, 'warn');
    const evicting = await run(server.url);
    expect(evicting.log.complaints).toEqual([
      expect.stringMatching(
        /^warn: The Redis at .* evicts keys .*allkeys-lru.*Set maxmemory-policy to noeviction/,
      ),
    ]);
    expect(console).not.toHaveBeenCalled();
    console.mockRestore();
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    expect((await run(server.url)).log.complaints).toEqual([]);
  });

  it('do not boot with a database that does not exist, and leave database 0 alone', async () => {
    const server = await RedisServer.start({ args: ['--databases', '2'] });
    await expect(bootJobs({ redis: `${server.url}/5` })).rejects.toMatchObject({
      code: 'BGJ_STORE',
      message: expect.stringMatching(/There is no database of this number at .*Choose a lower one/),
    });
    const admin = new Redis(server.url);
    onCleanUp(() => admin.disconnect());
    expect(await admin.dbsize()).toBe(0);
  });

  it('boot without one, say so in the log and in health, and run as soon as it is there', async () => {
    const server = await RedisServer.start();
    await server.crash();
    const { app, jobs, log } = await bootJobs({ redis: server.url });
    const health = () => app.get(BackgroundHealthIndicator).extensions()['jobs'];
    expect(log.complaints).toEqual([
      expect.stringMatching(/^warn: Jobs cannot use Redis: Nothing listens at .* Start the Redis/),
    ]);
    expect(health()).toMatchObject({
      status: 'degraded',
      reasons: [expect.stringMatching(/^Jobs cannot use Redis: Nothing listens/)],
    });
    await server.restart();
    const { job } = await until(() => jobs.submit('steps', { items: ['a'] }), { what: 'a submit' });
    expect(await over(jobs, job)).toMatchObject({ state: 'completed' });
    await until(health, { what: 'health', satisfies: (body) => body?.status === 'healthy', timeout: 15_000 });
    expect(log.of('log')).toContainEqual(
      expect.stringMatching(/^log: Jobs can use Redis again\. It was: Nothing/),
    );
  });

  it('take an option that only a newer ioredis has', async () => {
    const server = await RedisServer.start();
    const { defaultOptions } = Redis as unknown as { readonly defaultOptions: Record<string, unknown> };
    defaultOptions['comesNextYear'] = false;
    try {
      await run({ host: '127.0.0.1', port: server.port, ...{ comesNextYear: true } });
    } finally {
      delete defaultOptions['comesNextYear'];
    }
  });
});
