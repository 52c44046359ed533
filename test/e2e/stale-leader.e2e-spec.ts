import { afterAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pass } from 'node:timers/promises';
import { cleanUpAll, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Fleet, type Replica } from './replica/fleet.js';

const TTL = 2_000;

afterAll(cleanUpAll);

/** The one thing that must never be: a start under an old token after a start under a newer one. */
function staleStarts(fleet: Fleet) {
  let newest = 0;
  return fleet.starts().filter(({ token }) => {
    newest = Math.max(newest, token);
    return token < newest;
  });
}

async function lead(fleet: Fleet): Promise<{ leader: Replica; token: number }> {
  const leader = await fleet.leader();
  return { leader, token: leader.all('start').at(-1)!.token };
}

describe('A leader that was away', () => {
  it.concurrent(
    'starts nothing under its stale term after SIGSTOP for three TTLs',
    async () => {
      const redis = await RedisServer.start();
      const fleet = await Fleet.start(2, { redis: redis.url, ttl: TTL, every: 20, workers: 5 });
      for (let time = 0; time < 3; time++) {
        const { leader, token } = await lead(fleet);
        leader.signal('SIGSTOP');
        const stopped = performance.timeOrigin + performance.now();
        const next = await fleet.startAfter(stopped, { except: leader });
        expect(next.token).toBeGreaterThan(token);
        await pass(Math.max(0, stopped + 3 * TTL - (performance.timeOrigin + performance.now())));
        leader.signal('SIGCONT');
        await until(() => leader.all('abort').some((event) => event.token === token), {
          what: 'the stale term to abort',
        });
        expect(
          leader.all('start').filter((start) => start.token === token && start.at > stopped + TTL),
        ).toEqual([]);
      }
      expect(staleStarts(fleet)).toEqual([]);
      await fleet.stop();
    },
    120_000,
  );

  it.concurrent(
    'starts nothing under its stale term after its event loop was blocked for one and a half TTLs',
    async () => {
      const redis = await RedisServer.start();
      const fleet = await Fleet.start(2, { redis: redis.url, ttl: TTL, every: 20, workers: 5 });
      for (let time = 1; time <= 3; time++) {
        const { leader, token } = await lead(fleet);
        const asked = performance.timeOrigin + performance.now();
        const blocks = leader.all('blocked').length;
        leader.signal('SIGWINCH');
        const next = await fleet.startAfter(asked, { except: leader });
        expect(next.token).toBeGreaterThan(token);
        await until(() => leader.all('blocked').length > blocks, { what: 'the block to end' });
        await until(() => leader.all('abort').some((event) => event.token === token), {
          what: 'the stale term to abort',
        });
        const unblocked = leader.all('blocked').at(-1)!.at;
        expect(leader.all('start').filter((start) => start.token === token && start.at > unblocked)).toEqual(
          [],
        );
      }
      expect(staleStarts(fleet)).toEqual([]);
      await fleet.stop();
    },
    120_000,
  );
});
