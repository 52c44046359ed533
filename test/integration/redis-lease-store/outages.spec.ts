import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { startFakeRedis } from '../../support/fake-redis.js';
import { freePort } from '../../support/free-port.js';
import { acquire, expectToRise, lead, renew } from '../../support/leases.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { everyCommand, expectUnknown, KEY, LIMIT, open, SLACK, timed } from './outage.js';

describe('RedisLeaseStore, when Redis fails,', () => {
  afterEach(cleanUpAll);

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

  describe('half a reply', () => {
    it('does not swallow every later answer: the connection is made anew', async () => {
      // A length of many digits, and nothing of that length.
      const fake = await startFakeRedis('$999999999999\r\n');
      const store = open(fake.url);
      await expectUnknown(store, /No answer comes in time/);

      fake.answer = '*2\r\n:1700000000000\r\n*1\r\n:1\r\n';
      await until(() => renew(store, { key: KEY, holder: 'a', token: 1 }), {
        what: 'a sound answer',
        satisfies: ({ outcome }) => outcome === 'renewed',
        every: 5,
      });
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

  describe('a Redis that is demoted to a replica', () => {
    it('is an unknown, and left for whoever answers at its address then', async () => {
      const server = await RedisServer.start();
      const operator = new Redis(server.url);
      onCleanUp(() => operator.disconnect());
      const store = open(server.url);
      const lease = await lead(store, KEY, 'a');
      const connections = async () =>
        Number(/total_connections_received:(\d+)/.exec(await operator.info('stats'))?.[1]);
      const before = await connections();
      await operator.replicaof('127.0.0.1', await freePort());
      expect(await renew(store, lease)).toMatchObject({
        outcome: 'unknown',
        error: { message: expect.stringMatching(/READONLY/) },
      });
      await until(connections, { what: 'a new connection', satisfies: (count) => count > before });
      await operator.replicaof('NO', 'ONE');
      await until(() => renew(store, lease), {
        what: 'a renewal',
        satisfies: ({ outcome }) => outcome === 'renewed',
      });
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
});
