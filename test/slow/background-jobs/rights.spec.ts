import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis, type RedisOptions } from 'ioredis';
import type { BackgroundJobsOptions } from 'nestjs-background-jobs';
import { BackgroundHealthIndicator } from 'nestjs-background-services';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cleanUpAll, onCleanUp, startProcess, type StartedProcess, until } from '../../support/processes.js';
import { RedisServer } from '../../support/redis-server.js';
import { bootJobs, type JobsApp, over } from '../../integration/background-jobs/jobs-app.js';

const PROGRAM = ['support/typescript.mjs', 'integration/background-jobs/jobs-process.ts'].map((file) =>
  resolve('test', file),
) as [string, string];

/** The rights of the user in the README, after its password. */
async function documentedRights(prefix: string): Promise<readonly string[]> {
  const lines = (await readFile('libs/background-jobs/README.md', 'utf8')).split('\n');
  const line = lines.find((text) => text.startsWith('ACL SETUSER jobs on >password '));
  return line!
    .split(' ')
    .slice(5)
    .map((right) => right.replace(/^([~&])/, `$1${prefix}`));
}

describe('A user of Redis', () => {
  let server: RedisServer;
  let admin: Redis;

  beforeEach(async () => {
    server = await RedisServer.start();
    admin = new Redis(server.url);
    onCleanUp(() => admin.disconnect());
  });
  afterEach(cleanUpAll);

  /** Options of an app that connects as a user with these rights. */
  async function user(...rights: readonly string[]): Promise<RedisOptions> {
    await admin.call('ACL', 'SETUSER', 'jobs', 'reset', 'on', '>secret', ...rights);
    return { host: '127.0.0.1', port: server.port, username: 'jobs', password: 'secret' };
  }

  const startOther = (options: BackgroundJobsOptions): Promise<StartedProcess> =>
    startProcess(process.execPath, ['--import', ...PROGRAM, JSON.stringify(options)]);

  const denials = async () =>
    ((await admin.call('ACL', 'LOG')) as readonly (readonly unknown[])[]).map((entry) => entry.slice(0, 8));

  it.each(['', 'app:'])(
    'with the documented rights (keyPrefix "%s") runs jobs to their end, and is never refused',
    async (keyPrefix) => {
      const rights = await documentedRights(keyPrefix);
      const redis = { ...(await user(...rights)), ...(keyPrefix === '' ? {} : { keyPrefix }) };
      const options = { redis, retention: { completed: 500, failed: 500 } };
      const here = await bootJobs({ ...options, concurrency: 0 });
      const { jobs } = here;
      const submit = async (items: readonly string[], key?: string) =>
        (await jobs.submit('steps', { items }, key === undefined ? {} : { idempotencyKey: key })).job;
      const running = (id: string) =>
        until(() => jobs.get(id), { what: 'it to run', satisfies: ({ state }) => state === 'running' });

      const waiting = await submit(['a']);
      await jobs.cancel(waiting.id);

      const killed = await startOther(options);
      await killed.waitForLine(/^up/, 20_000);
      const stalled = await submit(['a', 'slow']);
      await running(stalled.id);
      await killed.kill();
      const taker = await bootJobs(options);

      const first = await submit(['a', 'bad', 'b'], 'key');
      const seen: string[] = [];
      for await (const { state } of jobs.events(first.id)) seen.push(state);
      expect(seen.at(-1)).toBe('completed');
      expect((await submit(['a', 'bad', 'b'], 'key')).id).toBe(first.id);
      expect((await jobs.items(first.id, { status: 'failed', limit: 1 })).entries).toMatchObject([
        { key: 'bad' },
      ]);
      expect((await jobs.list({ type: 'steps', states: ['completed'] })).entries).toHaveLength(1);
      await over(jobs, await jobs.retryFailed(first.id));

      const cancelled = await submit(['slow']);
      await running(cancelled.id);
      await jobs.cancel(cancelled.id);
      expect(await over(jobs, cancelled)).toMatchObject({ state: 'cancelled' });

      // Whoever leaves in order gives its job back, and so does the one that was killed, after a while.
      await until(() => jobs.get(stalled.id), {
        what: 'the job of the killed replica to go on',
        satisfies: ({ run, state }) => state === 'running' && run > 1,
        timeout: 15_000,
      });
      const given = await submit(['slow']);
      await running(given.id);
      const next = await bootJobs(options);
      await taker.app.close();
      next.open();
      for (const job of [stalled, given])
        expect(await over(jobs, job)).toMatchObject({ state: 'completed', counts: { failed: 0 } });

      await until(() => jobs.list(), {
        what: 'what is over to be removed',
        satisfies: ({ entries }) => entries.length === 0,
        timeout: 15_000,
      });
      await Promise.all([here, next].map(({ app }) => app.close()));
      expect(await denials()).toEqual([]);
      for (const { log } of [here, taker, next]) expect(log.complaints).toEqual([]);
      expect((await admin.keys('*')).filter((key) => !key.startsWith(keyPrefix))).toEqual([]);
    },
    60_000,
  );

  const EVERYTHING = ['~*', '&*', '+@all'];
  const grant = (right: string) => admin.call('ACL', 'SETUSER', 'jobs', right);
  const healthOf = ({ app }: JobsApp) => app.get(BackgroundHealthIndicator).extensions()['jobs'];
  const healthy = (app: JobsApp, is: boolean) =>
    until(() => healthOf(app), {
      what: `jobs to be ${is ? 'healthy' : 'degraded'}`,
      satisfies: (health) => (health?.status === 'healthy') === is,
      timeout: 20_000,
    });

  it.each<[string, string, RegExp]>([
    ['-evalsha', '+evalsha', /may not run EVALSHA .*Allow it: ACL SETUSER jobs \+evalsha$/],
    ['-hstrlen', '+hstrlen', /may not run HSTRLEN .*Allow it: ACL SETUSER jobs \+hstrlen$/],
    ['-bzpopmin', '+bzpopmin', /may not run BZPOPMIN .*Allow it: ACL SETUSER jobs \+bzpopmin$/],
    [
      '-hincrby',
      '+hincrby',
      /may not run (HINCRBY|a command of a script) .*Allow it: ACL SETUSER jobs .*\+hincrby/,
    ],
    ['resetkeys', '~*', /no right to the keys .*Allow it: ACL SETUSER jobs ~\{background-jobs\}\*$/],
  ])(
    'with %s is told at once what is missing, and runs jobs as soon as it is there',
    async (lacks, right, line) => {
      const redis = await user(...EVERYTHING, lacks);
      const app = await bootJobs({ redis });
      const cannot = /^warn: Jobs cannot use Redis: /;
      // It may be met with at the first job only.
      const submitted = app.jobs.submit('steps', { items: ['a'] }).catch((error: unknown) => error);
      await until(() => app.log.of('warn').find((text) => cannot.test(text)), {
        what: `a warning; log: ${app.log.lines.join('\n')}`,
      });
      expect(app.log.of('warn').find((text) => cannot.test(text))).toMatch(line);
      expect(await healthy(app, false)).toMatchObject({
        reasons: [expect.stringMatching(/^Jobs cannot use Redis: The user "jobs" /)],
      });
      await submitted;
      await grant(right);
      const { job } = await until(() => app.jobs.submit('steps', { items: ['a'] }), { what: 'a submit' });
      expect(await over(app.jobs, job)).toMatchObject({ state: 'completed' });
      await healthy(app, true);
      expect(
        app.log.of('log').filter((text) => /^log: Jobs can use Redis again/.test(text)).length,
      ).toBeGreaterThan(0);
    },
  );

  it.each<[string, RegExp]>([
    ['resetchannels', /no right to the channels .*2 s late.* ACL SETUSER jobs &\{background-jobs\}:\*$/],
    ['-publish', /may not run PUBLISH .*2 s late.* ACL SETUSER jobs \+publish$/],
    ['-subscribe', /may not run SUBSCRIBE .*2 s late.* ACL SETUSER jobs \+subscribe$/],
  ])('with %s runs jobs, and is told once what comes late', async (lacks, line) => {
    const app = await bootJobs({ redis: await user(...EVERYTHING, lacks) });
    const { job } = await app.jobs.submit('steps', { items: ['a'] });
    expect(await over(app.jobs, job)).toMatchObject({ state: 'completed' });
    expect(app.log.complaints).toEqual([expect.stringMatching(line)]);
    expect(healthOf(app)).toMatchObject({ status: 'healthy' });
  });

  it.each(['-info', '-hello', '-client', '-select'])(
    'with %s runs jobs, and is not troubled',
    async (lacks) => {
      const app = await bootJobs({ redis: await user(...EVERYTHING, lacks) });
      const { job } = await app.jobs.submit('steps', { items: ['a'] });
      expect(await over(app.jobs, job)).toMatchObject({ state: 'completed' });
      expect(app.log.complaints).toEqual([]);
    },
  );

  it('that loses a right while a job runs gets it done once the right is back, and is refused nothing else', async () => {
    const app = await bootJobs({ redis: await user(...(await documentedRights(''))) });
    const { job } = await app.jobs.submit('steps', { items: ['slow', 'slow 2'] });
    await until(() => app.jobs.get(job.id), {
      what: 'it to run',
      satisfies: ({ state }) => state === 'running',
    });
    // Of the scripts that end a job, and not of those that put it back.
    await grant('-sadd');
    app.open();
    await until(() => app.log.of('warn').some((text) => /could not be run, and is tried again/.test(text)), {
      what: 'the run to fail',
    });
    await grant('+sadd');
    expect(await over(app.jobs, job)).toMatchObject({ state: 'completed', counts: { completed: 2 } });
    expect(new Set((await denials()).map((entry) => entry[7]))).toEqual(new Set(['sadd']));
  });
});
