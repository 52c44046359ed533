import type { Redis } from 'ioredis';
import { CHANNELS, type Family, inventKey } from './families.js';
import type { Keyspace } from './keyspace.js';
import type { Mutation } from './mutations.js';
import { spoil } from './spoil.js';
import { render, type Value } from './values.js';

/** More bytes than this are never added to a key at once. */
const MOST_BYTES = 6_000_000;

/** Does what a mutation describes. */
export async function strike(redis: Redis, keyspace: Keyspace, mutation: Mutation): Promise<void> {
  const { family, act } = mutation;
  if (isChannel(family)) {
    await redis.publish(CHANNELS[family], 'value' in act ? render(act.value) : JSON.stringify(act));
    return;
  }
  const key = keyspace.pick(family, mutation.key) ?? inventKey(family, mutation.name);
  try {
    await mutate(redis, key, mutation);
  } catch (error) {
    // The fleet is at work: the key became another's between the look at its type and the change.
    if (!isReplyError(error)) throw error;
    await redis.set(key, JSON.stringify(act));
  }
}

async function mutate(redis: Redis, key: string, { act, entry: at }: Mutation): Promise<void> {
  if (act.do === 'remove') await redis.del(key);
  else if (act.do === 'expire')
    await (act.after === null ? redis.persist(key) : redis.pexpire(key, act.after));
  else if (act.do === 'replace') {
    await redis.del(key);
    await add(redis, key, act.by, act.value, act.entries);
  } else {
    const type = await redis.type(key);
    if (act.do === 'add') await add(redis, key, type, act.value, act.entries);
    else await change(redis, key, type, at, (entry) => spoil(entry, act));
  }
}

function isReplyError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

function isChannel(family: Family): family is keyof typeof CHANNELS {
  return Object.hasOwn(CHANNELS, family);
}

async function add(redis: Redis, key: string, type: string, value: Value, entries: number): Promise<void> {
  const content = render(value);
  const count = Math.max(1, Math.min(entries, Math.floor(MOST_BYTES / (content.length + 20))));
  const numbered = Array.from({ length: count }, (_, i) => i);
  const named = (i: number) =>
    i === 0 ? content : Buffer.concat([Buffer.from(content), Buffer.from(`#${i}`)]);
  switch (type) {
    case 'hash':
      await redis.hset(key, ...numbered.flatMap((i) => [i === 0 ? 'other' : `other-${i}`, content]));
      return;
    case 'list':
      await redis.lpush(key, ...numbered.map(named));
      return;
    case 'set':
      await redis.sadd(key, ...numbered.map(named));
      return;
    case 'zset':
      await redis.zadd(key, ...numbered.flatMap((i) => [i % 2 === 0 ? '-inf' : '1e308', named(i)]));
      return;
    default:
      await redis.set(key, content);
  }
}

/** Reads one entry, and writes what is made of it in its place. */
async function change(
  redis: Redis,
  key: string,
  type: string,
  at: number,
  make: (entry: string) => string | Buffer,
): Promise<void> {
  switch (type) {
    case 'string':
      // Its time to live stays: a card that is not put up again goes.
      await redis.set(key, make((await redis.get(key)) ?? ''), 'KEEPTTL');
      return;
    case 'hash': {
      const field = chosen(await redis.hkeys(key), at);
      await redis.hset(key, field, make((await redis.hget(key, field)) ?? ''));
      return;
    }
    case 'list': {
      const index = Math.floor(at * (await redis.llen(key)));
      await redis
        .lset(key, index, make((await redis.lindex(key, index)) ?? ''))
        .catch(() => 'gone meanwhile');
      return;
    }
    case 'set': {
      const member = chosen((await redis.sscan(key, 0, 'COUNT', 100))[1], at);
      await redis.srem(key, member);
      await redis.sadd(key, make(member));
      return;
    }
    case 'zset': {
      const rank = String(Math.floor(at * (await redis.zcard(key))));
      const [member = ''] = await redis.zrange(key, rank, rank);
      await redis.zrem(key, member);
      await redis.zadd(key, '0', make(member));
      return;
    }
    default:
      await redis.set(key, make(''));
  }
}

function chosen(from: readonly string[], at: number): string {
  return from[Math.floor(at * from.length)] ?? '';
}
