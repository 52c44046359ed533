import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { type FleetApp, KEY, REASON, startApps, WORKER } from './fleet-app.js';

/** Where the board keeps its things, and what does not belong there. */
const KEYS = ['revision', 'replicas', 'orders', 'audit'].flatMap((name) =>
  (['text', 'hash', 'list'] as const).map((type) => ({ name, type })),
);

describe('Orders, on a board whose keys are of a wrong type', () => {
  let server: RedisServer;
  let redis: Redis;
  let apps: readonly [FleetApp, ...FleetApp[]];

  beforeEach(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
    onCleanUp(() => redis.disconnect());
    apps = await startApps(2, { redis: server.url, ttl: 3_000 });
  });
  afterEach(cleanUpAll);

  /** At one go: the replicas go on writing meanwhile. */
  const spoil = {
    text: (key: string) => redis.multi().del(key).set(key, 'not a number').exec(),
    hash: (key: string) => redis.multi().del(key).hset(key, 'a', 'b').exec(),
    list: (key: string) => redis.multi().del(key).lpush(key, 'a').exec(),
  };

  it('are done, and answered as done', async () => {
    const [leader, follower] = apps as readonly [FleetApp, FleetApp];
    for (const { name, type } of KEYS) {
      const key = `{background-services}:${name}`;
      const spoilt = () => spoil[type](key);
      const done = { outcome: 'done', by: REASON.by };
      const where = { name, type };
      await spoilt();
      expect({ ...where, ...(await follower.control.pause(WORKER, REASON)) }).toMatchObject({
        ...where,
        ...done,
      });
      await until(() => leader.manager.get(WORKER).mode === 'paused', {
        what: `the pause (${name}, ${type})`,
      });
      await spoilt();
      expect({ ...where, ...(await follower.control.resume(WORKER, REASON)) }).toMatchObject({
        ...where,
        ...done,
      });
      await until(() => leader.manager.get(WORKER).mode === 'started', {
        what: `the resume (${name}, ${type})`,
      });
      await spoilt();
      await until(() => follower.status.viewAnew(), {
        what: 'the leader to be on the list again, with its next renewal',
        satisfies: ({ keys: [lease] }) => lease?.state === 'led',
      });
      const forced = await follower.control.forceOpenCircuitBreaker(WORKER, REASON);
      expect({ ...where, ...forced }).toMatchObject({ ...where, ...done });
      expect(leader.manager.get(WORKER).circuitBreaker.state).toBe('forced-open');
      await follower.control.resetCircuitBreaker(WORKER, REASON);
      expect(await follower.control.audit()).not.toEqual([]);
    }
    expect(leader.manager.isLeader(KEY)).toBe(true);
  });
});
