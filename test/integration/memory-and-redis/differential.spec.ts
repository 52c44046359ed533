import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { MemoryLeaseStore, RedisLeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { RedisServer } from '../../support/redis-server.js';
import { Operator } from './answers.js';
import { operatedMemory, operatedRedis, SteppedClock } from './operated-store.js';
import { operations } from './operation.js';

/*
 * `npm run simulate` plays elections on leases in memory, and most unit tests do. What they show holds of Redis as far as both stores give the
 * same answers.
 */

const HISTORIES = 150;

describe('Leases in memory', () => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
    onCleanUp(() => redis.disconnect());
  });
  afterAll(cleanUpAll);

  it.each([1, randomInt(2 ** 31)])(
    'give the answers of a real Redis to whatever is asked of both, plain keys and shards (seed %i)',
    async (seed) => {
      const property = fc.asyncProperty(operations, async (asked) => {
        await redis.flushall();
        const clocks = [new SteppedClock(), new SteppedClock()] as const;
        const leases = new RedisLeaseStore({ redis: server.url, commandTimeout: 10_000, clock: clocks[1] });
        const memory = new Operator(operatedMemory(new MemoryLeaseStore(clocks[0]), clocks[0]));
        const real = new Operator(operatedRedis(leases, redis, clocks[1]));
        try {
          for (const operation of asked) {
            expect([operation, await memory.carryOut(operation)]).toEqual([
              operation,
              await real.carryOut(operation),
            ]);
            expect([operation, await memory.look()]).toEqual([operation, await real.look()]);
          }
        } finally {
          await leases.close();
        }
      });
      await fc.assert(property, { seed, numRuns: HISTORIES });
    },
    240_000,
  );
});
