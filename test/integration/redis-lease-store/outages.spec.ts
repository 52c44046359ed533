import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type LeaseStore, RedisLeaseStore, type RedisTarget } from 'nestjs-background-services';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { startFakeRedis } from '../../support/fake-redis.js';
import { freePort } from '../../support/free-port.js';
import { acquire, expectToRise, lead, renew } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

const KEY = 'orders:leader';
/** Of one command, ms. */
const LIMIT = 200;
/** What a busy machine may add, ms. */
const SLACK = 300;

describe('RedisLeaseStore, when Redis or the network fails,', () => {
  afterEach(cleanUpAll);

  function open(redis: RedisTarget, commandTimeout = LIMIT): RedisLeaseStore {
    const store = new RedisLeaseStore({ redis, commandTimeout });
    onCleanUp(() => store.close());
    return store;
  }

  async function startBehindProxy() {
    const server = await RedisServer.start();
    const proxy = await TcpProxy.start(server);
    const [store, neighbour] = [open(proxy.url), open(server.url, 3_000)];
    return { server, proxy, store, neighbour };
  }

  /** One of each command. */
  const everyCommand = (store: LeaseStore) => {
    const lease = { key: KEY, holder: 'a', token: 1 };
    return [
      acquire(store, KEY, 'a'),
      renew(store, lease),
      store.release({ ...lease, ledger: {} }),
      store.record({ ...lease, field: 'x', value: '1' }),
    ];
  };

  async function expectUnknown(store: LeaseStore, message: RegExp, within = LIMIT + SLACK): Promise<void> {
    const startedAt = performance.now();
    const replies = await Promise.all(everyCommand(store));
    const unknown = { outcome: 'unknown', error: { message: expect.stringMatching(message) } };
    expect(replies).toMatchObject(replies.map(() => unknown));
    await expect(store.inspect([KEY])).rejects.toThrow(message);
    expect(performance.now() - startedAt).toBeLessThan(2 * within);
  }

  async function timed(work: () => Promise<unknown>): Promise<number> {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  }

  describe('a Redis that is absent at the start', () => {
    it('is an unknown that says why, and is found once it is there, releases and all', async () => {
      const port = await freePort();
      const store = open(`redis://127.0.0.1:${port}`);
      await expectUnknown(store, /ECONNREFUSED/);

      await RedisServer.start({ port });
      const lease = await until(() => lead(store, KEY, 'a'), { what: 'the lease' });
      const heard: string[] = [];
      store.watch(({ key }) => heard.push(key));
      const neighbour = open(`redis://127.0.0.1:${port}`);
      await store.release({ ...lease, ledger: {} });
      // The subscription may come a little later than the lease.
      await until(
        async () => {
          await neighbour.release({ ...(await lead(neighbour, 'witness', 'b')), ledger: {} });
          return heard.includes('witness');
        },
        { what: 'a release' },
      );
    });
  });

  describe('a boot', () => {
    it('waits for the connection instead of failing, however many commands come at once', async () => {
      const server = await RedisServer.start();
      const made: Redis[] = [];
      class Noted extends Redis {
        override duplicate(...args: Parameters<Redis['duplicate']>): Redis {
          const duplicate = super.duplicate<Redis['options']>(...args);
          made.push(duplicate);
          return duplicate;
        }
      }
      const store = open(new Noted(server.url, { lazyConnect: true }));
      const replies = Promise.all(Array.from({ length: 100 }, (_, i) => acquire(store, `k${i}`, 'a')));
      // More than ten listeners of a kind, and node warns of a leak.
      for (const event of ['ready', 'close']) expect(made[0]?.listenerCount(event)).toBeLessThan(5);
      expect(new Set((await replies).map(({ outcome }) => outcome))).toEqual(new Set(['acquired']));
      expect(made).toHaveLength(2);
    });
  });

  describe('a Redis that is frozen', () => {
    it('is an unknown within the time limit of a command, again and again', async () => {
      const server = await RedisServer.start();
      const store = open(server.url);
      await lead(store, KEY, 'a');
      server.freeze();
      for (let i = 0; i < 3; i += 1) await expectUnknown(store, /timed out|broke|timeout|retries/i);
    });

    it('is itself again at once when it thaws', async () => {
      const server = await RedisServer.start();
      const store = open(server.url);
      const lease = await lead(store, KEY, 'a');
      server.freeze();
      for (let i = 0; i < 4; i += 1) await renew(store, lease);
      server.thaw();
      const back = await timed(() =>
        until(() => renew(store, lease), {
          what: 'a renewal',
          satisfies: ({ outcome }) => outcome === 'renewed',
        }),
      );
      expect(back).toBeLessThan(3 * LIMIT + SLACK);
    });
  });

  describe('a Redis that restarts', () => {
    it('is an unknown meanwhile, and knows neither lease nor token after; tokens still rise', async () => {
      const server = await RedisServer.start();
      const store = open(server.url);
      const lease = await lead(store, KEY, 'a');
      await server.crash();
      await expectUnknown(store, /ECONNREFUSED|ECONNRESET|closed|end|reconnecting/);
      await server.restart();
      const answer = await until(() => renew(store, lease), {
        what: 'an answer',
        satisfies: ({ outcome }) => outcome !== 'unknown',
      });
      expect(answer).toEqual({ outcome: 'lost', holder: null });
      expectToRise([lease.token, (await lead(store, KEY, 'b')).token]);
    });
  });

  describe('a reply that is lost after its command ran', () => {
    it('of an acquisition: the next one is granted at once, with a newer token', async () => {
      const { proxy, store, neighbour } = await startBehindProxy();
      const lost = proxy.loseNextReply(/\*3\r\n:1\r\n/);
      expect(await acquire(store, KEY, 'a')).toMatchObject({ outcome: 'unknown' });
      await lost;
      const [view] = await neighbour.inspect([KEY]);
      expect(view).toMatchObject({ holder: 'a' });
      const lease = await until(() => lead(store, KEY, 'a'), { what: 'the lease' });
      expectToRise([view!.token!, lease.token]);
      expect(await renew(store, lease)).toMatchObject({ outcome: 'renewed' });
    });

    it('of a renewal: it counted, and so does its repetition', async () => {
      const { proxy, store, neighbour } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a', { ttl: 10_000 });
      const lost = proxy.loseNextReply(/\*1\r\n:1\r\n/);
      expect(await renew(store, lease, { ledger: { x: '1' } })).toMatchObject({ outcome: 'unknown' });
      await lost;
      expect((await neighbour.inspect([KEY]))[0]?.ttl).toBeGreaterThan(10_000);
      await until(() => renew(store, lease, { ledger: { x: '1' } }), {
        what: 'the repetition',
        satisfies: ({ outcome }) => outcome === 'renewed',
      });
    });

    it('of a record: its repetition succeeds, though the expectation is no longer true', async () => {
      const { proxy, store } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a');
      const write = () => store.record({ ...lease, field: 'slot', value: '1', expected: null });
      const lost = proxy.loseNextReply(/^\*1\r\n:1\r\n$/);
      expect(await write()).toMatchObject({ outcome: 'unknown' });
      await lost;
      const again = await until(write, {
        what: 'an answer',
        satisfies: ({ outcome }) => outcome !== 'unknown',
      });
      expect(again).toEqual({ outcome: 'recorded' });
    });

    it('of a release: the lease is free, and the release was heard', async () => {
      const { proxy, store, neighbour } = await startBehindProxy();
      const heard: string[] = [];
      neighbour.watch(({ key }) => heard.push(key));
      const lease = await lead(store, KEY, 'a');
      const lost = proxy.loseNextReply(/^\*1\r\n:1\r\n$/);
      expect(await store.release({ ...lease, ledger: {} })).toMatchObject({ outcome: 'unknown' });
      await lost;
      expect(await acquire(neighbour, KEY, 'b')).toMatchObject({ outcome: 'acquired' });
      await until(() => heard.includes(KEY), { what: 'the release' });
    });
  });

  describe('a connection cut in the middle of a command', () => {
    it('leaves the command undone, and the next one works', async () => {
      const { proxy, store, neighbour } = await startBehindProxy();
      await store.inspect([KEY]);
      const cut = proxy.cutNextRequest(/eval/i);
      expect(await acquire(store, KEY, 'a')).toMatchObject({ outcome: 'unknown' });
      await cut;
      expect(await neighbour.inspect([KEY])).toMatchObject([{ holder: null, token: null }]);
      await until(() => lead(store, KEY, 'a'), { what: 'the lease' });
    });
  });

  describe('a command that arrives long after its sender gave it up', () => {
    it('to acquire: its holder can lead all the same, and has lost the older token', async () => {
      const { proxy, store, neighbour } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a');
      proxy.blackhole('requests');
      expect(await acquire(store, KEY, 'a')).toMatchObject({ outcome: 'unknown' });
      proxy.heal();
      await until(() => neighbour.inspect([KEY]), {
        what: 'the late command',
        satisfies: ([view]) => view!.token! > lease.token,
      });
      const lost = await until(() => renew(store, lease), {
        what: 'an answer',
        satisfies: ({ outcome }) => outcome !== 'unknown',
      });
      expect(lost).toEqual({ outcome: 'lost', holder: 'a' });
      expect(await renew(store, await lead(store, KEY, 'a'))).toMatchObject({ outcome: 'renewed' });
    });

    it('to renew or to release: it does not touch the lease of a later term', async () => {
      const { server, proxy, store, neighbour } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a');
      proxy.blackhole('requests');
      await Promise.all([renew(store, lease), store.release({ ...lease, ledger: { late: '1' } })]);
      const later = await lead(neighbour, KEY, 'a', { ttl: 10_000 });
      await server.resetCommandStats();
      proxy.heal();
      await until(async () => Number((await server.commandStats()).calls['mget']) >= 2, {
        what: 'both late commands',
      });
      const [view] = await neighbour.inspect([KEY]);
      expect(view).toMatchObject({ holder: 'a', token: later.token });
      expect(view!.ttl).toBeLessThanOrEqual(10_000);
      expect(await acquire(neighbour, KEY, 'a')).toMatchObject({ ledger: {} });
    });
  });

  describe('a reply that comes after the time limit', () => {
    it('is not taken for that of the next command', async () => {
      const { proxy, store } = await startBehindProxy();
      const lease = await lead(store, KEY, 'a');
      proxy.delay('replies', 1.5 * LIMIT);
      const [first, second] = await Promise.all([
        renew(store, lease),
        store.record({ ...lease, field: 'x', value: '1' }),
      ]);
      expect([first, second]).toMatchObject([{ outcome: 'unknown' }, { outcome: 'unknown' }]);
      proxy.heal();
      expect(
        await until(() => store.record({ ...lease, field: 'x', value: '2', expected: '0' }), {
          what: 'an answer',
          satisfies: ({ outcome }) => outcome !== 'unknown',
        }),
      ).toEqual({ outcome: 'conflict', current: '1' });
    });
  });

  describe('an answer that no lease script gives', () => {
    const TIME = ':1700000000000\r\n';

    it.each([
      ['a status', '+OK\r\n'],
      ['a number', ':1\r\n'],
      ['nothing', '$-1\r\n'],
      ['an empty array', '*0\r\n'],
      ['a time alone', `*1\r\n${TIME}`],
      ['an unknown code', `*2\r\n${TIME}*1\r\n:7\r\n`],
      ['a code as a text', `*2\r\n${TIME}*1\r\n$1\r\n1\r\n`],
      ['a loss to nobody knows whom', `*2\r\n${TIME}*1\r\n:0\r\n`],
      ['an error', '-ERR something else\r\n'],
      ['a busy Redis', '-BUSY Redis is busy running a script.\r\n'],
      ['a demoted Redis', '-READONLY You cannot write against a read only replica.\r\n'],
      ['another protocol', 'HTTP/1.1 400 Bad Request\r\n'],
    ])('is unknown: %s', async (_what, answer) => {
      const store = open((await startFakeRedis(answer)).url);
      const outcomes = (await Promise.all(everyCommand(store))).map(({ outcome }) => outcome);
      expect(outcomes).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    });

    it('never makes a leader without a token', async () => {
      const store = open((await startFakeRedis(`*2\r\n${TIME}*3\r\n:1\r\n$3\r\nabc\r\n*0\r\n`)).url);
      expect(await acquire(store, KEY, 'a')).toMatchObject({ outcome: 'unknown' });
    });
  });

  describe('close', () => {
    it('lets what is under way be answered, and refuses what comes after', async () => {
      const server = await RedisServer.start();
      const store = open(server.url);
      await lead(store, KEY, 'a');
      const underWay = everyCommand(store);
      await store.close();
      expect((await Promise.all(underWay)).map((reply) => reply.outcome)).not.toContain('unknown');
      await expectUnknown(store, /the store is closed/);
    });

    it('may be called again, and by many', async () => {
      const server = await RedisServer.start();
      const store = open(server.url);
      await Promise.all([store.close(), store.close()]);
      await store.close();
    });

    it.each<[string, (server: RedisServer) => unknown]>([
      ['that is well', () => {}],
      ['that is gone', (server) => server.crash()],
      ['that is frozen', (server) => server.freeze()],
    ])('ends with a Redis %s, soon and without a trace', async (_what, spoil) => {
      const noTrace = await traces();
      const server = await RedisServer.start();
      const store = open(server.url);
      await subscribed(store);
      await spoil(server);
      const underWay = everyCommand(store);
      expect(await timed(() => store.close())).toBeLessThan(LIMIT + SLACK);
      await Promise.all(underWay);
      await noTrace();
    });

    it('ends while a connection is being opened, to a Redis that is not there or does not answer', async () => {
      const noTrace = await traces();
      const server = await RedisServer.start();
      server.freeze();
      for (const url of [`redis://127.0.0.1:${await freePort()}`, server.url]) {
        const early = open(url);
        await early.close();
        const late = open(url);
        await acquire(late, KEY, 'a');
        expect(await timed(() => late.close())).toBeLessThan(SLACK);
      }
      await noTrace();
    });

    it('ends while a subscription is unanswered, with no rejection left to nobody', async () => {
      const { proxy, store } = await startBehindProxy();
      await lead(store, KEY, 'a');
      const lost = proxy.loseNextReply(/subscribe/);
      proxy.cut();
      await lost;
      await store.close();
    });
  });
});

/** Waits until the store hears of its own releases: both its connections are up. */
async function subscribed(store: LeaseStore): Promise<void> {
  let heard = 0;
  const stop = store.watch(() => (heard += 1));
  const release = async () => store.release({ ...(await lead(store, 'witness', 'a')), ledger: {} });
  await until(() => release().then(() => heard > 0), { what: 'a release' });
  stop();
}

/** Takes note of what keeps this process alive now; the result waits until there is no more than that. */
async function traces(): Promise<() => Promise<unknown>> {
  const count = (kind: string) => process.getActiveResourcesInfo().filter((name) => name === kind).length;
  const noSocket = () => until(() => count('TCPSocketWrap') === 0, { what: 'every socket to be gone' });
  await noSocket();
  const timers = count('Timeout');
  return async () => {
    await noSocket();
    await until(() => count('Timeout') <= timers, { what: 'every timer to be gone' });
  };
}
