import { LAST_TOKEN_LUA, SAVE_NEWER_LUA } from './functions.lua.js';

/**
 * Accepts fencing tokens from a holder that has this node's vote: a token only if it is larger than the last one accepted here, so that a
 * node accepts a number once. With it come the ledger entries that the node lacks. HDEL changes nothing: a full Redis refuses a script whose
 * first write needs memory.
 *
 * KEYS  for lease i: [3i-2] the lease, [3i-1] its token, [3i] its ledger
 * ARGV  [1] holder (instance id), then for each lease: token, number of ledger strings, field, stamped value, …
 * Reply for each lease {1} or {0, holder or ''}
 */
export const GRANT_LUA = `
${LAST_TOKEN_LUA}
${SAVE_NEWER_LUA}
local holder = ARGV[1]
local replies = {}
local position = 2
for i = 1, #KEYS / 3 do
  local lease, tokenKey, ledger = KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i]
  local token, size = ARGV[position], tonumber(ARGV[position + 1])
  local current = redis.call('MGET', lease)[1]
  if current == holder and tonumber(token) > lastToken(tokenKey) then
    redis.pcall('HDEL', ledger, '')
    redis.call('SET', tokenKey, token)
    saveNewer(ledger, position + 2, position + 1 + size)
    replies[i] = { 1 }
  else
    replies[i] = { 0, current or '' }
  end
  position = position + 2 + size
end
return replies
`;
