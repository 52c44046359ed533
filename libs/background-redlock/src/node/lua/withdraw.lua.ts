import { LAST_TOKEN_LUA } from './functions.lua.js';

/**
 * Takes a vote back that is of no use (any more). It is told from a vote in a later term of the same holder by the token beside it. Nobody is
 * told: whoever competes for the lease is waiting for a moment of its own.
 *
 * KEYS  [1] the lease, [2] its token, [3] its ledger (not used)
 * ARGV  [1] holder (instance id), [2] the largest token that may stand beside the vote
 * Reply 1 or 0
 */
export const WITHDRAW_LUA = `
${LAST_TOKEN_LUA}
if redis.call('MGET', KEYS[1])[1] ~= ARGV[1] or lastToken(KEYS[2]) > tonumber(ARGV[2]) then return 0 end
return redis.call('DEL', KEYS[1])
`;
