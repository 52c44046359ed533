import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { JobsRedis } from 'nestjs-background-jobs';
import { cleanUpAll, onCleanUp, until } from '../../support/processes.js';
import { RedisServer } from '../../support/redis-server.js';
import { stopwatch } from '../../support/stopwatch.js';
import { TlsAuthority } from '../../support/tls-authority.js';
import { bootJobs, over } from './jobs-app.js';

/** What URLs, configuration files and shells stumble over. */
const PASSWORD = 'a#b@c%d e/f?g:h';

describe('Jobs reach Redis', () => {
  afterEach(cleanUpAll);

  function client(options: RedisOptions): Redis {
    const made = new Redis({ ...options, lazyConnect: true });
    onCleanUp(() => made.disconnect());
    return made;
  }

  async function runs(redis: JobsRedis): Promise<void> {
    const { app, jobs, log } = await bootJobs({ redis });
    const { job } = await jobs.submit('steps', { items: ['a', 'bad'] });
    expect(await over(jobs, job)).toMatchObject({ state: 'completed', counts: { completed: 1, failed: 1 } });
    await app.close();
    expect(log.complaints).toEqual([]);
  }

  describe('under a keyPrefix', () => {
    let server: RedisServer;

    beforeEach(async () => {
      server = await RedisServer.start();
    });

    it.each<[string, () => JobsRedis]>([
      ['of the URL', () => `${server.url}?keyPrefix=app:`],
      ['of options', () => ({ port: server.port, keyPrefix: 'app:' })],
      ['of a client', () => client({ port: server.port, keyPrefix: 'app:' })],
      [
        'of a client with settings of its own',
        () =>
          client({
            port: server.port,
            keyPrefix: 'app:',
            enableOfflineQueue: false,
            commandTimeout: 300,
            stringNumbers: true,
          }),
      ],
    ])('%s: they run, and all their keys are under it', async (_, redis) => {
      const { app, jobs, log, open } = await bootJobs({ redis: redis() });
      const keys = async () => {
        const operator = new Redis(server.url);
        try {
          return await operator.keys('*');
        } finally {
          operator.disconnect();
        }
      };
      const other = await bootJobs({ redis: `${server.url}?keyPrefix=app:`, concurrency: 0 });
      const first = await jobs.submit('steps', { items: ['a', 'bad'] }, { idempotencyKey: 'k' });
      expect(await over(jobs, first.job)).toMatchObject({ state: 'completed' });
      const retried = await jobs.retryFailed(first.job.id);
      expect(await over(jobs, retried)).toMatchObject({ state: 'completed', counts: { failed: 1 } });
      const second = await jobs.submit('steps', { items: ['slow'] });
      await until(() => other.jobs.get(second.job.id), {
        what: 'it to run',
        satisfies: ({ state }) => state === 'running',
      });
      const found = await keys();
      expect(found.length).toBeGreaterThan(5);
      expect(found.filter((key) => !key.startsWith('app:{background-jobs}:'))).toEqual([]);
      await other.jobs.cancel(second.job.id);
      expect(await over(other.jobs, second.job)).toMatchObject({ state: 'cancelled' });
      open();
      await app.close();
      expect(log.complaints).toEqual([]);
    });
  });

  it('under the keyPrefix of a cluster, with its password', async () => {
    const args = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
    const server = await RedisServer.start({ args, config: 'requirepass secret\n' });
    const operator = client({ port: server.port, password: 'secret' });
    await operator.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    const redisOptions = { password: 'secret' };
    const cluster = new Cluster([{ host: '127.0.0.1', port: server.port }], {
      ...{ keyPrefix: 'app:', redisOptions, lazyConnect: true },
    });
    onCleanUp(() => cluster.disconnect());
    await until(() => operator.call('CLUSTER', 'INFO').then(String), {
      what: 'the cluster to serve',
      satisfies: (text) => text.includes('cluster_state:ok'),
    });
    await runs(cluster);
    const keys = await operator.keys('*');
    expect(keys.filter((key) => !key.startsWith('app:{background-jobs}:'))).toEqual([]);
  });

  it.each<[string, (port: number) => JobsRedis]>([
    ['a URL', (port) => `redis://jobs:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`],
    ['an address without a scheme', (port) => `jobs:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`],
    ['options', (port) => ({ port, username: 'jobs', password: PASSWORD })],
  ])('with a password of special characters in %s', async (_, redis) => {
    const server = await RedisServer.start({ config: `user jobs on ">${PASSWORD}" ~* &* +@all\n` });
    await runs(redis(server.port));
  });

  describe('and shut down at once', () => {
    it.each(['crash', 'freeze'] as const)('after a %s of Redis', async (fault) => {
      const server = await RedisServer.start();
      const { app, jobs, open } = await bootJobs({ redis: server.url });
      const { job } = await jobs.submit('steps', { items: ['a'] });
      await over(jobs, job);
      open();
      await server[fault]();
      const given = stopwatch();
      await app.close();
      const took = given();
      console.log(`Shut down ${Math.round(took)} ms after a ${fault}`);
      expect(took).toBeLessThan(2_000);
    });
  });

  it('and name the cause where the certificate is signed by a stranger, and close at once', async () => {
    const { server: tls } = await TlsAuthority.create();
    const server = await RedisServer.start({ tls });
    const { app, jobs } = await bootJobs({ redis: server.url });
    await expect(jobs.submit('steps', { items: ['a'] })).rejects.toMatchObject({
      code: 'BGJ_STORE',
      message: expect.stringMatching(/certificate.*tls: \{ ca \}/),
    });
    const given = stopwatch();
    await app.close();
    expect(given()).toBeLessThan(2_000);
  });

  it('and keep nothing of a submit for which a full Redis has no room', async () => {
    const server = await RedisServer.start();
    const { jobs } = await bootJobs({ redis: server.url });
    const { job } = await jobs.submit('steps', { items: ['a'] });
    await over(jobs, job);
    const operator = client({ port: server.port });
    await operator.config('SET', 'maxmemory', '1');
    await expect(jobs.submit('steps', { items: ['b'] })).rejects.toMatchObject({
      code: 'BGJ_STORE_FULL',
      message: expect.stringMatching(/is full.*maxmemory/),
    });
    await operator.config('SET', 'maxmemory', '0');
    expect((await jobs.list()).entries.map(({ id }) => id)).toEqual([job.id]);
  });

  it.each<[string, (port: number) => string]>([
    ['host:port', (port) => `127.0.0.1:${port}`],
    ['a port', (port) => String(port)],
  ])('at %s without a scheme', async (_, redis) => {
    const server = await RedisServer.start();
    await runs(redis(server.port));
  });
});
