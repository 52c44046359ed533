import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { cleanUpAll } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Fleet } from './replica/fleet.js';
import { LEASE_KEY } from './replica/settings.js';

const TIMES = 20;
const TTL = 2_000;

afterEach(cleanUpAll);

describe('kill -9 of the leader', () => {
  it(`is taken over ${TIMES} times within the remaining TTL + 300 ms, TTL ${TTL} ms`, async () => {
    const redis = await RedisServer.start();
    const client = new Redis(redis.url);
    const fleet = await Fleet.start(3, { redis: redis.url, ttl: TTL, every: 50 });
    const excesses: number[] = [];
    const spares: Promise<unknown>[] = [];
    for (let time = 0; time < TIMES; time++) {
      const leader = await fleet.leader();
      // At any phase of the renewals.
      await new Promise((resolve) => setTimeout(resolve, (time * TTL) / 3 / TIMES));
      const [[, holder], [, remaining]] = (await client.multi().get(LEASE_KEY).pttl(LEASE_KEY).exec()) as [
        [null, string],
        [null, number],
      ];
      const killed = performance.timeOrigin + performance.now();
      expect(holder).toBe(leader.instance);
      spares.push(leader.kill().then(() => fleet.add()));
      const next = await fleet.startAfter(killed, { except: leader });
      excesses.push(next.at - killed - remaining);
      if (fleet.running.length < 2) await spares.at(-1);
    }
    await Promise.all(spares);
    const sorted = [...excesses].sort((a, b) => a - b);
    console.log(
      `first iteration of the successor, on top of the remaining TTL, ms: ${sorted.map((ms) => ms.toFixed(0)).join(' ')}`,
    );
    expect(Math.max(...excesses)).toBeLessThanOrEqual(300);
    const tokens = fleet.starts().map(({ token }) => token);
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
    client.disconnect();
    await fleet.stop();
  }, 240_000);
});
