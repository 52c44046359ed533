import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { RedisSentinels } from '../../support/redis-sentinels.js';
import { until } from '../../support/until.js';
import { staleStarts, startReplica, type Starts, TTL } from './replica.js';

afterEach(cleanUpAll);

describe('Behind Sentinel', () => {
  it.each([
    ['crashes', (redis: RedisSentinels) => redis.master.crash()],
    ['freezes', (redis: RedisSentinels) => Promise.resolve(redis.master.freeze())],
  ])(
    'work goes on, under no older token, when the master %s under load',
    async (_how, fail) => {
      const redis = await RedisSentinels.start({ replicas: 2 });
      const starts: Starts = [];
      for (const name of ['a', 'b'])
        await startReplica(name, { redis: redis.target, waitReplicas: 1 }, starts);
      await until(() => starts.length > 20, { what: 'work' });
      const before = starts.at(-1)!;
      await fail(redis);
      const failedAt = performance.now();
      await until(() => redis.masterPort(), {
        what: 'the sentinels to name another master',
        satisfies: (port) => port !== redis.master.port,
        timeout: 30_000,
      });
      const electedAt = performance.now();
      // A term outlives a failover that is over before its deadline: the new master knows the lease.
      const next = await until(() => starts.find(({ at }) => at > electedAt), {
        what: 'work on the new master',
        timeout: 30_000,
      });
      await until(() => starts.at(-1)!.at > next!.at + TTL, {
        what: 'work for a whole TTL',
        timeout: 30_000,
      });
      expect(staleStarts(starts)).toEqual([]);
      expect(starts.at(-1)!.token).toBeGreaterThanOrEqual(before.token);
      console.log(
        `new master after ${(electedAt - failedAt).toFixed(0)} ms, work ${(next!.at - electedAt).toFixed(0)} ms later, under ${next!.token > before.token ? 'a new' : 'the same'} term`,
      );
    },
    90_000,
  );

  it('a failover that is asked for interrupts the work for less than a TTL or two', async () => {
    const redis = await RedisSentinels.start();
    const starts: Starts = [];
    for (const name of ['a', 'b']) await startReplica(name, { redis: redis.target }, starts);
    await until(() => starts.length > 20, { what: 'work' });
    await redis.failOver();
    await until(() => redis.masterPort(), {
      what: 'the sentinels to name another master',
      satisfies: (port) => port !== redis.master.port,
      timeout: 30_000,
    });
    const electedAt = performance.now();
    await until(() => starts.some(({ at }) => at > electedAt + 1_000), { what: 'work', timeout: 20_000 });
    expect(staleStarts(starts)).toEqual([]);
  }, 90_000);
});
