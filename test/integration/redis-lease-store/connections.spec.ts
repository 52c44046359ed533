import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import {
  type LeaseRef,
  type LeaseStore,
  RedisLeaseStore,
  type RedisTarget,
} from 'nestjs-background-services/store';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { acquire, lead, renew } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';

describe('RedisLeaseStore reaches Redis', () => {
  let server: RedisServer;
  let operator: Redis;

  beforeEach(() => startServer());
  afterEach(cleanUpAll);

  async function startServer(...args: string[]): Promise<void> {
    server = await RedisServer.start({ args });
    operator = client();
  }

  function client(options: RedisOptions = {}): Redis {
    const redis = new Redis({ port: server.port, ...options });
    onCleanUp(() => redis.disconnect());
    return redis;
  }

  function open(redis: RedisTarget): RedisLeaseStore {
    const store = new RedisLeaseStore({ redis, commandTimeout: 1_000 });
    onCleanUp(() => store.close());
    return store;
  }

  /** What `watcher` hears; waits until it listens. */
  async function listen(watcher: LeaseStore, channel = 'background-services:released') {
    const heard: LeaseRef[] = [];
    watcher.watch((release) => heard.push(release));
    await until(() => operator.pubsub('NUMSUB', channel), {
      what: 'the subscription',
      satisfies: ([, subscribers]) => Number(subscribers) > 0,
    });
    return heard;
  }

  async function leadAndRelease(store: LeaseStore, key = KEY): Promise<void> {
    expect(await store.release({ ...(await lead(store, key, 'a')), ledger: {} })).toEqual({
      outcome: 'released',
    });
  }

  const heardOf = (heard: LeaseRef[], key = KEY) =>
    until(() => heard.some((release) => release.key === key), { what: `the release of ${key}`, every: 5 });

  describe('by', () => {
    it('a database number in the URL', async () => {
      const store = open(`${server.url}/3`);
      const heard = await listen(store);
      await lead(store, KEY, 'a');
      expect(await operator.exists(KEY)).toBe(0);
      expect(await client({ db: 3 }).get(KEY)).toBe('a');
      await leadAndRelease(store);
      await heardOf(heard);
    });

    it.each<[string, (path: string) => RedisTarget]>([
      ['a path', (path) => path],
      ['options', (path) => ({ path })],
    ])('a unix socket, given as %s', async (_what, target) => {
      const folder = await mkdtemp(join(tmpdir(), 'redis-socket-'));
      onCleanUp(() => rm(folder, { recursive: true }));
      const path = join(folder, 'redis.sock');
      await startServer('--unixsocket', path);
      await leadAndRelease(open(target(path)));
    });

    it('user and password in the URL, with all their special characters', async () => {
      await operator.call('ACL', 'SETUSER', 'app@x', 'on', '>p:w/d?#', '~*', '&*', '+@all');
      await operator.call('ACL', 'SETUSER', 'default', 'off');
      const store = open(`redis://app%40x:p%3Aw%2Fd%3F%23@127.0.0.1:${server.port}`);
      await leadAndRelease(store);
    });
  });

  describe('under a key prefix, given by', () => {
    it.each<[string, () => RedisTarget]>([
      ['the URL', () => `${server.url}?keyPrefix=app:`],
      ['options', () => ({ port: server.port, keyPrefix: 'app:' })],
      ['a client', () => client({ keyPrefix: 'app:' })],
    ])('%s: once, on every key', async (_what, target) => {
      const store = open(target());
      const lease = await lead(store, KEY, 'a');
      await store.record({ ...lease, field: 'x', value: '1' });
      expect(new Set(await operator.keys('*'))).toEqual(
        new Set([`app:${KEY}`, `app:{app:${KEY}}:token`, `app:{app:${KEY}}:ledger`]),
      );
      expect(await store.inspect([KEY])).toMatchObject([{ key: KEY, holder: 'a', token: lease.token }]);
    });

    it('two apps: they do not see, hear or hinder each other', async () => {
      const [one, two] = [open(`${server.url}?keyPrefix=one:`), open(`${server.url}?keyPrefix=two:`)];
      const heard = await listen(one, 'one:background-services:released');
      await lead(one, KEY, 'a');
      await leadAndRelease(two);
      await leadAndRelease(one);
      await heardOf(heard);
      expect(heard).toEqual([{ key: KEY, holder: 'a' }]);
    });
  });

  describe('through a client of the app, which', () => {
    it('is duplicated, and neither changed nor closed', async () => {
      const app = client({ connectionName: 'app' });
      await app.ping();
      const options = { ...app.options };
      const store = open(app);
      await leadAndRelease(store);
      await listen(store);
      expect(await operator.client('LIST')).toMatch(/(name=app [^]*){3}/);
      await store.close();
      expect(app.options).toEqual(options);
      expect(app.listenerCount('error')).toBe(0);
      expect(await app.ping()).toBe('PONG');
      await until(() => operator.client('LIST'), {
        what: 'the connections of the store to end',
        satisfies: (list) => String(list).split('name=app ').length === 2,
      });
    });

    it('need not be connected, and stays so', async () => {
      const app = client({ lazyConnect: true });
      await leadAndRelease(open(app));
      expect(app.status).toBe('wait');
    });

    it('may be closed by the app at any time', async () => {
      const app = client();
      const store = open(app);
      await app.quit();
      await leadAndRelease(store);
    });

    it.each<[string, RedisOptions]>([
      ['reads numbers as texts', { stringNumbers: true }],
      ['pipelines by itself', { enableAutoPipelining: true }],
      ['speaks RESP2', { protocol: 2 }],
      ['maps replies anew', { replyMapping: 'resp3' }],
      ['never waits', { commandTimeout: 1, socketTimeout: 1 }],
      ['never resubscribes', { autoResubscribe: false }],
      ['gives up at once', { retryStrategy: () => null }],
    ])('%s: the store does not', async (_what, options) => {
      const store = open(client({ ...options, lazyConnect: true }));
      const heard = await listen(store);
      await store.release({ ...(await lead(store, 'first', 'a')), ledger: {} });
      await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await operator.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await listen(store);
      const lease = await until(() => lead(store, KEY, 'a'), { what: 'the lease' });
      expect(await renew(store, lease, { ledger: { x: '1' } })).toMatchObject({ outcome: 'renewed' });
      expect(await acquire(store, KEY, 'a')).toMatchObject({ outcome: 'acquired', ledger: { x: '1' } });
      await leadAndRelease(store);
      await heardOf(heard);
    });
  });

  describe('as a user who', () => {
    async function asUser(...rights: string[]): Promise<RedisLeaseStore> {
      await operator.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', ...rights);
      return open(`redis://app:secret@127.0.0.1:${server.port}`);
    }

    it('may not publish: a release frees the lease, and nobody hears of it', async () => {
      const [store, watcher] = [await asUser('-publish'), open(server.url)];
      const heard = await listen(watcher);
      await leadAndRelease(store);
      expect(await acquire(watcher, KEY, 'b')).toMatchObject({ outcome: 'acquired' });
      await leadAndRelease(watcher, 'witness');
      await heardOf(heard, 'witness');
      expect(heard.map(({ key }) => key)).toEqual(['witness']);
    });

    it('may use no channel: leading goes on', async () => {
      const store = await asUser('resetchannels');
      await leadAndRelease(store);
      await leadAndRelease(store);
    });

    it('loses the right to the channel: leading goes on, and no rejection is left to nobody', async () => {
      const store = await asUser();
      await listen(store);
      await operator.call('ACL', 'SETUSER', 'app', 'resetchannels');
      await leadAndRelease(store);
      await until(() => operator.call('CLIENT', 'LIST', 'TYPE', 'pubsub'), {
        what: 'the subscription to end',
        satisfies: (list) => list === '',
      });
      // Its new connection asks again, and is refused.
      await until(() => operator.acl('LOG'), {
        what: 'the refusal',
        satisfies: (entries) => JSON.stringify(entries).includes('background-services:released'),
      });
      await operator.call('ACL', 'SETUSER', 'app', 'allchannels');
      await leadAndRelease(store);
    });

    it('has a right to the lease alone: it is told which right is missing', async () => {
      const store = await asUser('resetkeys', '~orders:*');
      expect(await acquire(store, KEY, 'a')).toMatchObject({
        outcome: 'unknown',
        error: { message: expect.stringMatching(/NOPERM/) },
      });
      expect(await operator.dbsize()).toBe(0);
      await operator.call('ACL', 'SETUSER', 'app', '~{orders:*}:*');
      await leadAndRelease(store);
    });

    it('has a wrong password: the error says so, and the right one is enough to go on', async () => {
      await operator.call('ACL', 'SETUSER', 'app', 'on', '>other', '~*', '&*', '+@all');
      const store = open(`redis://app:secret@127.0.0.1:${server.port}`);
      expect(await acquire(store, KEY, 'a')).toMatchObject({
        outcome: 'unknown',
        error: { code: 'BGS_STORE', message: expect.stringMatching(/WRONGPASS/) },
      });
      await operator.call('ACL', 'SETUSER', 'app', '>secret');
      await until(() => lead(store, KEY, 'a'), { what: 'the lease' });
    });
  });

  describe('that is a Cluster', () => {
    it('with each lease in its own slot', async () => {
      await startServer('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
      await operator.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await until(() => operator.call('CLUSTER', 'INFO'), {
        what: 'the cluster',
        satisfies: (info) => String(info).includes('cluster_state:ok'),
      });
      const cluster = new Cluster([{ host: '127.0.0.1', port: server.port }], { keyPrefix: 'app:' });
      onCleanUp(() => cluster.disconnect());
      const [store, standby] = [open(cluster), open(cluster)];
      const keys = ['orders', 'prices', 'x:{eu}:leader', ...Array.from({ length: 50 }, (_, i) => `k${i}`)];
      const requests = (holder: string) => keys.map((key) => ({ key, holder, ttl: 10_000, tokenFloor: 0 }));
      const replies = await until(() => store.acquire(requests('a')), {
        what: 'all leases',
        satisfies: (seen) => seen.every(({ outcome }) => outcome === 'acquired'),
      });
      const leases = replies.map((reply, i) => ({
        ...{ key: keys[i]!, holder: 'a', ttl: 10_000, ledger: { x: '1' } },
        token: reply.outcome === 'acquired' ? reply.token : NaN,
      }));
      const outcomes = async () => [
        ...(await store.renew(leases)).map(({ outcome }) => outcome),
        ...(await standby.acquire(requests('b'))).map(({ outcome }) => outcome),
      ];
      expect(await outcomes()).toEqual([...keys.map(() => 'renewed'), ...keys.map(() => 'held')]);
      const heard = await listen(standby, 'app:background-services:released');
      for (const lease of leases) expect(await store.release(lease)).toEqual({ outcome: 'released' });
      await heardOf(heard, 'k49');
      expect(heard.map(({ key }) => key)).toEqual(keys);
      expect(await operator.get('app:{app:orders}:token')).toBe(String(leases[0]!.token));
    });
  });
});
