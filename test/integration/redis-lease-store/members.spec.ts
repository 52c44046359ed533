import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { LONGEST_MEMBER, MOST_PRESENCES, RedisLeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

const KEY = '{background-services}:members';
const TTL = 60_000;

describe('The members on a board in Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: RedisLeaseStore;

  beforeEach(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
    onCleanUp(() => redis.disconnect());
    store = new RedisLeaseStore({ redis: server.url, commandTimeout: 3_000 });
    onCleanUp(() => store.close());
  });
  afterEach(cleanUpAll);

  const put = (id: string, text = '', ttl = TTL) => store.board.members!.put(id, text, ttl);

  it('cost one script call, in which each member is read once', async () => {
    for (let i = 0; i < 50; i += 1) await put(`${i}`);
    await server.resetCommandStats();
    expect((await put('0')).size).toBe(50);
    const { calls } = await server.commandStats();
    // Not each of them prolongs the hash.
    expect({ pexpire: 1, ...calls }).toEqual({
      'config|resetstat': 1,
      ...{ evalsha: 1, time: 1, hset: 1, pexpire: 1, hgetall: 1 },
    });
  });

  it('leave nothing once all are gone, however they went', async () => {
    await put('long', '', 400);
    await put('brief', '', 100);
    expect(await redis.pttl(KEY)).toBeGreaterThan(200);
    await until(async () => (await redis.exists(KEY)) === 0, { what: 'the key to expire' });
    await put('a');
    await store.board.members!.remove('a');
    expect(await redis.exists(KEY)).toBe(0);
  });

  it('take those away whose time is over, and what is none', async () => {
    await put('over', '', 1);
    await redis.hset(KEY, 'none', 'text', 'half', '12', 'empty', '');
    await until(async () => (await put('a', 'text')).size === 1, { what: 'it to be over' });
    expect(Object.keys(await redis.hgetall(KEY))).toEqual(['a']);
    expect((await redis.hget(KEY, 'a'))?.replace(/\d+/, 'until')).toBe('until|text');
  });

  it('are told again when something of another type was in the place of the hash', async () => {
    for (const spoil of [() => redis.set(KEY, 'text'), () => redis.lpush(KEY, 'text')]) {
      await redis.del(KEY);
      await spoil();
      await store.board.members!.remove('a');
      expect(await put('a', 'text')).toEqual(new Map([['a', 'text']]));
    }
  });

  it('are bounded in number and size, whoever wrote them, and the caller is always among them', async () => {
    const later = Date.now() + TTL;
    const others = Array.from({ length: 2 * MOST_PRESENCES }, (_, i) => [`${i}`, `${later}|`]).flat();
    await redis.hset(
      KEY,
      ...others,
      'long',
      `${later}|${'x'.repeat(LONGEST_MEMBER + 1)}`,
      'x'.repeat(600),
      `${later}|`,
    );
    const found = await put('a', 'x'.repeat(LONGEST_MEMBER));
    expect(found.size).toBe(MOST_PRESENCES);
    expect(found.get('a')).toHaveLength(LONGEST_MEMBER);
    expect([...found.keys()].filter((id) => id === 'long' || id.length > 512)).toEqual([]);
  });

  it('are told on a Redis that is full', async () => {
    await put('a');
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    await redis.config('SET', 'maxmemory', '1');
    expect([...(await put('b')).keys()].sort()).toEqual(['a', 'b']);
  });

  it('are not taken away for a right that is missing', async () => {
    await put('a');
    await redis.acl('SETUSER', 'app', 'on', '>password', '~*', '&*', '+@all', '-hdel');
    const { port } = server;
    const options = { redis: { port, username: 'app', password: 'password' }, commandTimeout: 3_000 };
    const limited = new RedisLeaseStore(options);
    onCleanUp(() => limited.close());
    await expect(limited.board.members!.remove('a')).rejects.toThrow('hdel');
    await limited.board.members!.put('b', '', TTL).catch(() => undefined);
    expect(Object.keys(await redis.hgetall(KEY))).toContain('a');
  });
});
