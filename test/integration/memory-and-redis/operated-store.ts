import type { Redis } from 'ioredis';
import type {
  Clock,
  MemoryLeaseStore,
  RedisLeaseStore,
  StoreWithBoard,
} from 'nestjs-background-services/store';

/** A store, with time that passes when it is told to, and a way to remove a lease behind its back. */
export interface OperatedStore {
  readonly store: StoreWithBoard;
  pass(ms: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Stands still until it is told otherwise. */
export class SteppedClock implements Clock {
  #now = 0;

  monotonic(): number {
    return this.#now;
  }

  wall(): number {
    return 1_800_000_000_000 + this.#now;
  }

  setTimeout(): { cancel(): void } {
    return { cancel: () => undefined };
  }

  step(ms: number): void {
    this.#now += ms;
  }
}

/** Expires by its clock. */
export function operatedMemory(store: MemoryLeaseStore, clock: SteppedClock): OperatedStore {
  return {
    store,
    pass: async (ms) => clock.step(ms),
    delete: async (key) => store.delete(key),
  };
}

/**
 * Nobody steps the clock of a Redis: whatever ends at a time ends so much sooner instead. Leases are keys with a time to live; sessions of
 * shards, shards that are kept for an heir, and those that an operator took out of service say until when they last.
 */
const PASS_LUA = `
local ms = tonumber(ARGV[1])
local function sooner(text) return string.format('%.0f', tonumber(text) - ms) end
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then
    if left <= ms then redis.call('DEL', key) else redis.call('PEXPIRE', key, left - ms) end
  end
  if string.find(key, ':sessions$') then
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
      local nonce, till = string.match(all[i + 1], '^(%d+|)(%d+)$')
      redis.call('HSET', key, all[i], nonce and nonce .. sooner(till) or sooner(all[i + 1]))
    end
  elseif string.find(key, ':shards$') then
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
      local token, till, holder = string.match(all[i + 1], '^(%d+|[@>])(%d+)(|.*)$')
      if token then redis.call('HSET', key, all[i], token .. sooner(till) .. holder) end
    end
  end
end`;

/** @param clock the store's own, by which it knows what it was not asked for in a long time */
export function operatedRedis(store: RedisLeaseStore, redis: Redis, clock: SteppedClock): OperatedStore {
  return {
    store,
    pass: async (ms) => {
      clock.step(ms);
      await redis.eval(PASS_LUA, 0, ms);
    },
    delete: async (text) => {
      const [, key, index] = /^(.*)#(\d+)\/\d+$/.exec(text) ?? [];
      if (key === undefined || index === undefined) await redis.del(text);
      else await redis.hdel(`{${key}}:shards`, index);
    },
  };
}
