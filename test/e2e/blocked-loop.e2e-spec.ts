import { afterAll, describe, expect, it } from '@jest/globals';
import { cleanUpAll, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Fleet } from './replica/fleet.js';

const TTL = 1_000;

afterAll(cleanUpAll);

const ends = (fleet: Fleet) => fleet.replicas.flatMap((replica) => replica.all('end'));
const tokens = (fleet: Fleet) => new Set(fleet.starts().map(({ token }) => token));

describe('With a heartbeat thread', () => {
  it.concurrent.each([
    ['one server', 1],
    ['three independent servers', 3],
  ])(
    'on %s, an iteration that blocks the event loop for three TTLs keeps its lease, time after time',
    async (_servers, size) => {
      const servers = await Promise.all(Array.from({ length: size }, () => RedisServer.start()));
      const [url, ...others] = servers.map((server) => server.url);
      const fleet = await Fleet.start(2, {
        redis: others.length === 0 ? url! : [url!, ...others],
        ttl: TTL,
        every: 100,
        burn: 3 * TTL,
        heartbeat: 'thread',
      });
      await until(() => ends(fleet).length >= 4, {
        what: 'four iterations to end as leader',
        timeout: 40_000,
      });
      expect(tokens(fleet).size).toBe(1);
      await fleet.stop();
      expect(fleet.replicas.map(({ output }) => output).join()).toContain(
        'the heartbeat thread renewed its leases',
      );
    },
    90_000,
  );

  it.concurrent(
    'a process that hangs for longer than the stall limit loses its lease, and knows it',
    async () => {
      const redis = await RedisServer.start();
      const settings = { redis: redis.url, ttl: TTL, every: 100, heartbeat: 'thread' } as const;
      const fleet = await Fleet.start(2, { ...settings, burn: 10 * TTL, stallLimit: 2 * TTL });
      const leader = await fleet.leader();
      const { at: stuckAt, token } = leader.all('start')[0]!;
      const next = await fleet.startAfter(stuckAt, { except: leader });
      expect(next.token).toBeGreaterThan(token);
      await until(() => leader.all('abort').length > 0, { what: 'the term to abort', timeout: 20_000 });
      // The other one took over while this one still hung.
      expect(next.at).toBeLessThan(leader.all('abort')[0]!.at);
      expect(leader.all('end')).toEqual([]);
      await fleet.stop();
      expect(leader.output).toContain('longer than stallLimit');
    },
    90_000,
  );

  it.concurrent(
    'a leader that is stopped as a whole still loses its lease in time',
    async () => {
      const redis = await RedisServer.start();
      const fleet = await Fleet.start(2, { redis: redis.url, ttl: TTL, every: 50, heartbeat: 'thread' });
      const leader = await fleet.leader();
      const stopped = performance.timeOrigin + performance.now();
      leader.signal('SIGSTOP');
      const next = await fleet.startAfter(stopped, { except: leader });
      leader.signal('SIGCONT');
      await until(() => leader.all('abort').length > 0, { what: 'the stale term to abort' });
      expect(leader.all('start').filter(({ at }) => at > next.at)).toEqual([]);
      await fleet.stop();
    },
    90_000,
  );
});
