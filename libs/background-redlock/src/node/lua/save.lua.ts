import { SAVE_NEWER_LUA } from './functions.lua.js';

/**
 * Writes ledger entries as their holder, each unless a newer one is there.
 *
 * KEYS  for lease i: [3i-2] the lease, [3i-1] its token, [3i] its ledger
 * ARGV  [1] holder (instance id), then for each lease: token, number of ledger strings, field, stamped value, …
 * Reply for each lease {1} or {0, holder or ''}
 */
export const SAVE_LUA = `
${SAVE_NEWER_LUA}
local holder = ARGV[1]
local replies = {}
local position = 2
for i = 1, #KEYS / 3 do
  local token, size = ARGV[position], tonumber(ARGV[position + 1])
  local values = redis.call('MGET', KEYS[3 * i - 2], KEYS[3 * i - 1])
  if values[1] == holder and values[2] == token then
    saveNewer(KEYS[3 * i], position + 2, position + 1 + size)
    replies[i] = { 1 }
  else
    replies[i] = { 0, values[1] or '' }
  end
  position = position + 2 + size
end
return replies
`;
