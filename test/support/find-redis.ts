import { ensureProgram, findProgram, type Places, type Program } from './find-program.js';

/** In Debian, redis-server is a link to redis-check-rdb, which is in redis-tools. */
const redis: Program = {
  command: 'redis-server',
  variable: 'REDIS_SERVER',
  debian: ['redis-server', 'redis-tools'],
  brew: 'redis',
};

/** The path of redis-server, or undefined. */
export const findRedis = (places?: Places): string | undefined => findProgram(redis, places);

/** The path of redis-server, which is fetched if it is nowhere. */
export const ensureRedis = (places?: Places): Promise<string> => ensureProgram(redis, places);
