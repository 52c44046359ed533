import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pass } from 'node:timers/promises';
import { cleanUpAll } from '../support/processes.js';
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
    abortBeforeExpiry: abort ? lastSent + ttl - abort.at : -Infinity,
    startsAfterDeadline: startsAfterDeadline.length,
    tokenRose: next.token > token,
    backAfter: next.at - thawed,
    replicasUp,
  };
}

describe('Redis frozen for two TTLs', () => {
  it('makes the leader abort at the renew deadline, before anybody else may lead, start nothing after it, and lead again by itself', async () => {
    const results = await Promise.all([freeze(2_000), freeze(15_000)]);
    console.log(JSON.stringify(results, null, 2));
    for (const result of results) {
      const { abortAfterDeadline, abortBeforeExpiry, startsAfterDeadline, tokenRose, replicasUp } = result;
      // The store sees a command a moment after the elector has noted when it sends it, so the deadline read here may be late.
      expect(abortAfterDeadline).toBeGreaterThan(-50);
      expect(abortBeforeExpiry).toBeGreaterThan(0);
      expect(startsAfterDeadline).toBe(0);
      expect(tokenRose).toBe(true);
      expect(replicasUp).toBe(2);
    }
  }, 120_000);
});
