import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pass } from 'node:timers/promises';
import { cleanUpAll, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Fleet } from './replica/fleet.js';

afterEach(cleanUpAll);

/** Freezes Redis under a fleet for two TTLs, and reads when its leader aborted. */
async function freeze(ttl: number) {
  const redis = await RedisServer.start();
  const fleet = await Fleet.start(2, { redis: redis.url, ttl, every: 20 });
  const leader = await fleet.leader();
  const { token } = leader.all('start').at(-1)!;
  redis.freeze();
  await pass(2 * ttl);
  const lastSent = leader.all('confirmed').findLast((event) => event.token === token)!.at;
  const deadline = lastSent + (2 / 3) * ttl;
  const abort = leader.all('abort').find((event) => event.token === token);
  const startsAfterDeadline = fleet.starts().filter(({ at }) => at > deadline);
  const thawed = performance.timeOrigin + performance.now();
  redis.thaw();
  const next = await fleet.startAfter(thawed, { timeout: 4 * ttl });
  const replicasUp = fleet.running.length;
  await fleet.stop();
  return {
    ttl,
    abortAfterDeadline: abort ? abort.at - deadline : Infinity,
    startsAfterDeadline: startsAfterDeadline.length,
    tokenRose: next.token > token,
    backAfter: next.at - thawed,
    replicasUp,
  };
}

describe('Redis frozen for two TTLs', () => {
  it('makes the leader abort within 50 ms of the renew deadline, start nothing after it, and lead again by itself', async () => {
    const results = await Promise.all([freeze(2_000), freeze(15_000)]);
    console.log(JSON.stringify(results, null, 2));
    for (const { abortAfterDeadline, startsAfterDeadline, tokenRose, replicasUp } of results) {
      expect(abortAfterDeadline).toBeGreaterThanOrEqual(0);
      expect(abortAfterDeadline).toBeLessThanOrEqual(50);
      expect(startsAfterDeadline).toBe(0);
      expect(tokenRose).toBe(true);
      expect(replicasUp).toBe(2);
    }
  }, 120_000);
});

describe('SET key DISABLED EX 60', () => {
  it('stops everyone by the next renewal, and is overwritten by nobody', async () => {
    const { Redis } = await import('ioredis');
    const { LEASE_KEY } = await import('./replica/settings.js');
    const ttl = 3_000;
    const redis = await RedisServer.start();
    const client = new Redis(redis.url);
    const fleet = await Fleet.start(3, { redis: redis.url, ttl, every: 20 });
    await fleet.leader();
    await client.set(LEASE_KEY, 'DISABLED', 'EX', 60);
    const disabled = performance.timeOrigin + performance.now();
    const seen = new Set<string | null>();
    await until(
      async () => {
        const holder = await client.get(LEASE_KEY);
        if ((await client.pttl(LEASE_KEY)) > 100) seen.add(holder);
        return holder !== 'DISABLED';
      },
      { what: 'DISABLED to expire', timeout: 65_000 },
    );
    const enabled = performance.timeOrigin + performance.now();
    const next = await fleet.startAfter(enabled - 20, { timeout: 5_000 });
    const starts = fleet.starts().filter(({ at }) => at > disabled && at < enabled - 20);
    const last = starts.at(-1)?.at ?? disabled;
    console.log(
      `last start ${(last - disabled).toFixed(0)} ms after DISABLED was set (renew interval ${ttl / 3} ms); next ${(next.at - enabled).toFixed(0)} ms after it expired`,
    );
    expect([...seen]).toEqual(['DISABLED']);
    expect(last - disabled).toBeLessThanOrEqual(ttl / 3 + 100);
    client.disconnect();
    await fleet.stop();
  }, 120_000);
});
