import { PRELUDE_LUA } from './prelude.lua.js';

/**
 * Reads shards of one key without touching them.
 *
 * ARGV  [1] the longest value, bytes; [2] what the key itself has while shards of this count are held; then for each shard its index, the number of fields and the fields
 * Reply for each shard {holder or false, pttl, token or false, 1, value or false for each field}
 */
export const LOOK_SHARDS_LUA = `
${PRELUDE_LUA}
local longest, marker = tonumber(ARGV[1]), ARGV[2]
local isOther = current and current ~= marker
local replies = {}
local position = 3
while position <= #ARGV do
  local index, size = ARGV[position], tonumber(ARGV[position + 1])
  local holder, left, token = holding(read(shards, { index })[1])
  if isOther then holder, left = current, redis.call('PTTL', main) end
  if token == '0' then token = false end
  local reply = { holder and string.sub(holder, 1, 600) or false, left or -2, token or false, 1 }
  local fields = {}
  for j = position + 2, position + 1 + size do fields[#fields + 1] = index .. ':' .. ARGV[j] end
  for _, value in ipairs(read(ledger, fields)) do reply[#reply + 1] = value and string.sub(value, 1, longest) end
  replies[#replies + 1] = reply
  position = position + 2 + size
end
return replies
`;

/**
 * Frees a shard if it has this holder, and publishes that as a release.
 *
 * ARGV  [1] holder, [2] channel, [3] index, [4] count
 * Reply 1 or 0
 */
export const FREE_SHARD_LUA = `
${PRELUDE_LUA}
local holder, _, token = holding(read(shards, { ARGV[3] })[1])
if holder ~= ARGV[1] then return 0 end
redis.call('HDEL', shards, '')
redis.call('HSET', shards, ARGV[3], (token or '0') .. '||')
redis.pcall('PUBLISH', ARGV[2], main .. '#' .. ARGV[3] .. '/' .. ARGV[4] .. '\\n' .. ARGV[1])
return 1
`;

/**
 * Keeps everybody off a shard for a time.
 *
 * ARGV  [1] what stands in the place of a holder, [2] ttl in ms, [3] index
 */
export const DISABLE_SHARD_LUA = `
${PRELUDE_LUA}
local token = select(3, holding(read(shards, { ARGV[3] })[1])) or '0'
redis.call('HDEL', shards, '')
return redis.call('HSET', shards, ARGV[3], token .. '|@' .. text(now + tonumber(ARGV[2])) .. '|' .. ARGV[1])
`;
