import { LAST_TOKEN_LUA } from './functions.lua.js';

/**
 * Takes a vote back that did not make its holder a leader. It is told from a later vote of the same holder by the token that the node had
 * then. Nobody is told: whoever competes for the lease is waiting for a moment of its own.
 *
 * KEYS  [1] the lease, [2] its token, [3] its ledger (not used)
 * ARGV  [1] holder (instance id), then the tokens that the node may have
 * Reply 1 or 0
 */
export const WITHDRAW_LUA = `
${LAST_TOKEN_LUA}
if redis.call('MGET', KEYS[1])[1] ~= ARGV[1] then return 0 end
local token = lastToken(KEYS[2])
for i = 2, #ARGV do
  if tonumber(ARGV[i]) == token then return redis.call('DEL', KEYS[1]) end
end
return 0
`;
