import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { cleanUpAll, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { steadily } from '../support/steadily.js';
import { expectInTime } from '../support/too-late.js';
import { Fleet } from './replica/fleet.js';
import { LEASE_KEY } from './replica/settings.js';

afterEach(cleanUpAll);

describe('SET key DISABLED EX 15', () => {
  it(
    'stops everyone by the next renewal, and is overwritten by nobody',
    steadily(async () => {
      const ttl = 3_000;
      const redis = await RedisServer.start();
      const client = new Redis(redis.url);
      const fleet = await Fleet.start(3, { redis: redis.url, ttl, every: 20 });
      await fleet.leader();
      await client.set(LEASE_KEY, 'DISABLED', 'EX', 15);
      const disabled = performance.timeOrigin + performance.now();
      await until(async () => (await client.get(LEASE_KEY)) !== 'DISABLED', {
        what: 'DISABLED to expire',
        timeout: 20_000,
      });
      const enabled = performance.timeOrigin + performance.now();
      // The new leader may have begun before the expiry was seen.
      const expiry = disabled + 15_000;
      const next = await fleet.startAfter(expiry - 100, { timeout: 5_000 });
      const starts = fleet.starts().filter(({ at }) => at > disabled && at < expiry - 100);
      const last = starts.at(-1)?.at ?? disabled;
      console.log(
        `last start ${(last - disabled).toFixed(0)} ms after DISABLED was set (renew interval ${ttl / 3} ms); next ${(next.at - expiry).toFixed(0)} ms after it expired`,
      );
      expect(enabled).toBeGreaterThan(expiry - 100);
      // Its renewal tells it; otherwise it would have gone on up to its renew deadline.
      expectInTime([last - disabled], (2 / 3) * ttl, 'The last start');
      client.disconnect();
      await fleet.stop();
    }),
    240_000,
  );
});
