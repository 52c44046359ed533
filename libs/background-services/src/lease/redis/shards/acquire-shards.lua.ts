import { PRELUDE_LUA } from './prelude.lua.js';

/**
 * Tries to get shards of one key, all in one atomic step. A shard is named once.
 *
 * ARGV  [1] holder (instance id), [2] ttl in ms, [3] what the key itself has while shards of this count are held, [4] the highest token floor; then for
 *       each shard its index, and the number of fields that are read of its ledger, with the fields; -1: all
 * Reply [store time in ms, token before, then for each shard {1, token, ledger as field, value, …}, {0, holder, pttl}, or {2, holder, pttl} if the key itself is held]
 *
 * All shards of one call have one token: tokens are times, and a token for each of thousands would run ahead of the clock, so that those lost
 * with a failover could be higher than the next ones. Nothing is written unless a shard is granted. PEXPIRE goes first, as in `ACQUIRE_LUA`: a full
 * Redis refuses a script whose first write needs memory. When a session begins, those that are over are removed.
 */
export const ACQUIRE_SHARDS_LUA = `
${PRELUDE_LUA}
local lastDate = 8640000000000000
local holder, ttl, marker, floor = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local indexes, wanted = {}, {}
local position = 5
while position <= #ARGV do
  local size = tonumber(ARGV[position + 1])
  indexes[#indexes + 1] = ARGV[position]
  wanted[#wanted + 1] = { position + 2, size }
  position = position + 2 + math.max(size, 0)
end
local pttl = redis.call('PTTL', main)
local replies = { now, 0 }
if current and current ~= marker then
  for i = 1, #indexes do replies[i + 2] = { 2, current, pttl } end
  return replies
end
for _, key in ipairs({ shards, sessions, ledger }) do
  local found = redis.pcall('HGET', key, '')
  if type(found) == 'table' and string.find(found.err, 'WRONGTYPE', 1, true) then redis.call('DEL', key) end
end
if not current then redis.call('DEL', sessions) end
local granted = {}
for i, value in ipairs(read(shards, indexes)) do
  local other, left = holding(value)
  if other and other ~= holder then replies[i + 2] = { 0, other, left }
  else granted[#granted + 1] = i
  end
end
if #granted == 0 then return replies end
local previous = redis.call('MGET', tokenKey)[1]
previous = previous and string.match(previous, '^%d+$') and tonumber(previous) or 0
if previous >= lastDate then previous = 0 end
local token = text(math.max(previous + 1, floor + 1, now))
redis.call('PEXPIRE', main, math.max(pttl, ttl))
redis.call('SET', tokenKey, token)
if not current then redis.call('SET', main, marker, 'PX', ttl) end
local nonce, till = session(holder)
if not nonce then
  local all, over = redis.call('HGETALL', sessions), {}
  for i = 1, #all, 2 do
    local ends = tonumber(string.match(all[i + 1], '^%d+|(%d+)$') or 0)
    if ends <= now then over[#over + 1] = all[i] end
  end
  write(sessions, over, 'HDEL')
end
nonce = nonce or token
redis.call('HSET', sessions, holder, nonce .. '|' .. text(math.max(till or 0, now + ttl)))
local members, fields, everything = {}, {}, false
for _, i in ipairs(granted) do
  members[#members + 1] = indexes[i]
  members[#members + 1] = token .. '|' .. nonce .. '|' .. holder
  local first, size = wanted[i][1], wanted[i][2]
  if size < 0 then everything = true end
  for j = first, first + size - 1 do fields[#fields + 1] = indexes[i] .. ':' .. ARGV[j] end
end
write(shards, members)
local entries = {}
if everything then
  local all = redis.call('HGETALL', ledger)
  for i = 1, #all, 2 do
    local index, field = string.match(all[i], '^(%d+):(.*)$')
    if index then
      entries[index] = entries[index] or {}
      table.insert(entries[index], field)
      table.insert(entries[index], all[i + 1])
    end
  end
end
local values, place = read(ledger, fields), 0
for _, i in ipairs(granted) do
  local found, first, size = {}, wanted[i][1], wanted[i][2]
  if size < 0 then found = entries[indexes[i]] or found end
  for j = first, first + size - 1 do
    place = place + 1
    if values[place] then
      found[#found + 1] = ARGV[j]
      found[#found + 1] = values[place]
    end
  end
  replies[i + 2] = { 1, tonumber(token), found }
end
replies[2] = previous
return replies
`;
