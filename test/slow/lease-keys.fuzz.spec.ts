import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { BackgroundServiceManager, BackgroundServicesModule } from 'nestjs-background-services';
import {
  InvalidKeyError,
  type LeaseStore,
  MemoryLeaseStore,
  RedisLeaseStore,
} from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../support/deferred-cleanup.js';
import { acquire, lead, renew } from '../support/leases.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

const FIXED = [
  '',
  ' ',
  '{}',
  '{a}',
  'a{',
  'a}',
  '{a}:token',
  'x{a}y',
  '{{a}}',
  '\0',
  'a\r\nb',
  '\ud800',
  '__proto__',
];

const key = fc.oneof(
  fc.constantFrom(...FIXED, 'x'.repeat(512), 'x'.repeat(10_240), 'constructor', 'naïve:漢字:😀', '\u2028'),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', '{', '}', ':token', ':ledger', ' ', '*', '%'), maxLength: 8 }),
);
/** A ledger field as workers make them, and any value. */
const entry = fc.tuple(
  fc.constantFrom('__proto__', 'start:a b', 'breaker:漢', 'slot:{}'),
  fc.string({ unit: 'grapheme' }),
);

describe('a lease key, whatever it is,', () => {
  let manager: BackgroundServiceManager;
  let redis: LeaseStore;
  let operator: Redis;
  const memory = new MemoryLeaseStore();
  let keys = 0;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({
      imports: [BackgroundServicesModule.forRoot({ enabled: false })],
    })
      .setLogger({ log: () => {}, warn: () => {}, error: () => {} })
      .compile();
    onCleanUp(() => testing.close());
    manager = testing.get(BackgroundServiceManager);
    const server = await RedisServer.start();
    operator = new Redis(server.url);
    onCleanUp(() => operator.disconnect());
    redis = new RedisLeaseStore({ redis: server.url, commandTimeout: 3_000 });
    onCleanUp(() => redis.close());
  });
  afterAll(cleanUpAll);

  function isAccepted(candidate: string): boolean {
    try {
      manager.register({ name: `worker ${(keys += 1)}`, key: candidate, run: () => undefined });
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'BGS_INVALID_WORKER' });
      expect((error as Error).cause).toBeInstanceOf(InvalidKeyError);
      return false;
    }
  }

  it('is refused at once, or goes all the way on Redis as it does in memory', async () => {
    const used = new Set<string>();
    const property = fc.asyncProperty(key, entry, async (candidate, [field, value]) => {
      if (used.has(candidate) || !isAccepted(candidate)) return;
      used.add(candidate);
      expect(await wayOf(redis, candidate, field, value)).toEqual(
        await wayOf(memory, candidate, field, value),
      );
    });
    await fc.assert(property, { numRuns: 150, interruptAfterTimeLimit: 10_000 });
    expect(used.size).toBeGreaterThan(0);
  });

  it('shares nothing with another key', async () => {
    const pair = fc.uniqueArray(key.filter(isAccepted), { minLength: 2, maxLength: 2 });
    const property = fc.asyncProperty(pair, async ([one, another]) => {
      await operator.flushall();
      const lease = await lead(redis, one!, 'a');
      await redis.record({ ...lease, field: 'mine', value: one! });
      const reply = await acquire(redis, another!, 'b');
      expect(reply).toMatchObject({ outcome: 'acquired' });
      if (reply.outcome === 'acquired') expect(reply.ledger['mine'] ?? another).toBe(another);
      const other = { key: another!, holder: 'b', token: reply.outcome === 'acquired' ? reply.token : 0 };
      await redis.record({ ...other, field: 'mine', value: another! });
      expect(await renew(redis, lease)).toMatchObject({ outcome: 'renewed' });
      for (const held of [lease, other]) await redis.release({ ...held, ledger: {} });
    });
    await fc.assert(property, { numRuns: 60, interruptAfterTimeLimit: 10_000 });
  });
});

/** All that a store answers about one key from its first lease to its release, without times. */
async function wayOf(store: LeaseStore, key: string, field: string, value: string) {
  const heard: string[] = [];
  const stop = store.watch((release) => heard.push(`${release.key} of ${release.holder}`));
  // A subscription that is still being made hears nothing.
  await until(
    async () => {
      await store.release({ ...(await lead(store, 'witness', 'w')), ledger: {} });
      return heard.includes('witness of w');
    },
    { what: 'the subscription', every: 5 },
  );
  const lease = await lead(store, key, 'a');
  const answers = [
    await acquire(store, key, 'b'),
    await store.record({ ...lease, field, value, expected: null }),
    await store.record({ ...lease, field, value: 'another', expected: 'none of it' }),
    await renew(store, lease, { ledger: { [`${field}:2`]: value } }),
    await store.record({ ...lease, token: lease.token + 1, field, value }),
    ...(await store.inspect([key])),
    await store.release({ ...lease, ledger: { [`${field}:3`]: value } }),
    await renew(store, lease),
    await acquire(store, key, 'b'),
  ];
  await until(() => heard.includes(`${key} of a`), { what: 'the release', every: 5 });
  stop();
  return answers.map((answer) => ({ ...answer, ttl: undefined, token: undefined, storeTime: undefined }));
}
