import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { cleanUpAll, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Fleet } from './replica/fleet.js';
import { LEASE_KEY } from './replica/settings.js';

afterEach(cleanUpAll);

describe('SET key DISABLED EX 60', () => {
  it('stops everyone by the next renewal, and is overwritten by nobody', async () => {
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
