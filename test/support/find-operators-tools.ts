import { ensureProgram, type Places, type Program } from './find-program.js';

const redisCli: Program = {
  command: 'redis-cli',
  variable: 'REDIS_CLI',
  debian: ['redis-tools'],
  brew: 'redis',
};
const curl: Program = { command: 'curl', variable: 'CURL', debian: ['curl'], brew: 'curl' };

/** The path of redis-cli, which is fetched if it is nowhere. */
export const ensureRedisCli = (places?: Places): Promise<string> => ensureProgram(redisCli, places);

/** The path of curl, which is fetched if it is nowhere. */
export const ensureCurl = (places?: Places): Promise<string> => ensureProgram(curl, places);
