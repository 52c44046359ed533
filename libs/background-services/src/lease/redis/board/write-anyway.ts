import type { RedisClient } from '../connection.js';

/** HDEL, of a field that nobody has, changes nothing: a full Redis lets a script go on whose first write needs no memory. */
const WRITE_LUA = `
redis.pcall('HDEL', KEYS[1], '')
return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))
`;

/** A plain write, which is repeated as a script if the Redis is full: an operator must be able to act there too. */
export async function writeAnyway(
  redis: Pick<RedisClient, 'call' | 'eval'>,
  command: 'set' | 'hset' | 'sadd' | 'lpush' | 'incr',
  key: string,
  ...args: readonly (string | number)[]
): Promise<unknown> {
  try {
    return await redis.call(command, key, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('OOM')) throw error;
    return redis.eval(WRITE_LUA, 1, key, command, ...args);
  }
}
