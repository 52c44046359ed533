import { LAST_TOKEN_LUA, SAVE_NEWER_LUA } from './functions.lua.js';

/**
 * Brings this node up to date with a lease that a majority has just confirmed: its ledger entries, and the lease itself if the node does not
 * have it (it was restarted empty, was out of reach until the lease expired here, or its vote was another's). Never against somebody
 * else's lease, and never once the node has accepted a later token.
 *
 * KEYS  [1] the lease, [2] its token, [3] its ledger
 * ARGV  [1] holder (instance id), [2] token, [3] ttl in ms, then field, stamped value, … of the ledger
 * Reply 1 or 0
 */
export const MEND_LUA = `
${LAST_TOKEN_LUA}
${SAVE_NEWER_LUA}
local holder, token = ARGV[1], ARGV[2]
local current = redis.pcall('GET', KEYS[1])
local last = lastToken(KEYS[2])
if (current and current ~= holder) or last > tonumber(token) then return 0 end
if not current or last < tonumber(token) then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[2], token)
  redis.call('SET', KEYS[1], holder, 'PX', ARGV[3])
end
saveNewer(KEYS[3], 4, #ARGV)
return 1
`;
