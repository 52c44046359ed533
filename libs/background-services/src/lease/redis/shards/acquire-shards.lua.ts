import { PRELUDE_LUA } from './prelude.lua.js';

/**
 * Tries to get shards of one key, all in one atomic step. A shard is named once.
 *
 * ARGV  [1] holder (instance id), [2] ttl in ms, [3] what the key itself has while shards of this count are held, [4] the highest token floor, [5] the
 *       number of fields that are read of each ledger, with the fields, where a line break at the end stands for the index; -1: all fields; then the indexes
 * Reply [store time in ms, token before, {holder, pttl, …}, then for each shard {token, ledger as field, value, …}, or which of the holders has it, from 1]; if
 *       the key itself is held, [store time in ms, -1, {holder, pttl}]. Most tries are of standbys, at thousands of shards: their answers are short
 *
 * All shards of one call have one token: tokens are times, and a token for each of thousands would run ahead of the clock, so that those lost
 * with a failover could be higher than the next ones. Nothing is written unless a shard is granted. PEXPIRE goes first, as in `ACQUIRE_LUA`: a full
 * Redis refuses a script whose first write needs memory. When a session begins, those that are over are removed.
 */
export const ACQUIRE_SHARDS_LUA = `
${PRELUDE_LUA}
local lastDate = 8640000000000000
local holder, ttl, marker, floor = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local templates = tonumber(ARGV[5])
local first = 6 + math.max(templates, 0)
if current and current ~= marker then return { now, -1, { current, redis.call('PTTL', main) } } end
local all = current and ask('HGETALL', sessions) or {}
local latest, over = 0, {}
knowsAll = true
for i = 1, #all, 2 do
  if all[i] == '' then latest = tonumber(all[i + 1]) or 0
  else
    learn(all[i], all[i + 1])
    if not session(all[i]) then over[#over + 1] = all[i] end
  end
end
local holders = {}
local replies = { now, 0, holders }
local granted = {}
-- Shards that were acquired together have the same text.
local outcomes = {}
local members = ask('HMGET', shards, unpack(ARGV, first, #ARGV)) or {}
for i = 1, #ARGV - first + 1 do
  local value = members[i]
  local outcome = value and outcomes[value] or not value and 0
  if not outcome then
    local other, left = holding(value)
    outcome = 0
    if other and other ~= holder then
      outcome = #holders / 2 + 1
      holders[#holders + 1] = other
      holders[#holders + 1] = left
    end
    outcomes[value] = outcome
  end
  if outcome == 0 then granted[#granted + 1] = i
  else replies[i + 3] = outcome
  end
end
if #granted == 0 then return replies end
for _, key in ipairs({ shards, sessions, ledger }) do
  local found = redis.pcall('HGET', key, '')
  if type(found) == 'table' and string.find(found.err, 'WRONGTYPE', 1, true) then redis.call('DEL', key) end
end
if not current then redis.call('DEL', sessions) end
local previous = redis.call('MGET', tokenKey)[1]
previous = previous and string.match(previous, '^%d+$') and tonumber(previous) or 0
if previous >= lastDate then previous = 0 end
local token = text(math.max(previous + 1, floor + 1, now))
local nonce, till = session(holder)
till = math.max(till or 0, now + ttl)
latest = math.max(latest, till)
redis.call('PEXPIRE', main, latest - now)
redis.call('SET', tokenKey, token)
if not current then redis.call('SET', main, marker, 'PX', ttl) end
if not nonce then write(sessions, over, 'HDEL') end
nonce = nonce or token
redis.call('HSET', sessions, holder, nonce .. '|' .. text(till), '', text(latest))
local written, fields, wanted = {}, {}, {}
for j = 6, 5 + templates do fields[#fields + 1] = ARGV[j] end
for _, i in ipairs(granted) do
  local index = ARGV[first + i - 1]
  written[#written + 1] = index
  written[#written + 1] = token .. '|' .. nonce .. '|' .. holder
  for _, field in ipairs(fields) do wanted[#wanted + 1] = index .. ':' .. (string.gsub(field, '\\n$', index)) end
end
write(shards, written)
local entries = {}
if templates < 0 then
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
local values, place = read(ledger, wanted), 0
for _, i in ipairs(granted) do
  local index = ARGV[first + i - 1]
  local found = entries[index] or {}
  for _ = 1, #fields do
    place = place + 1
    if values[place] then
      found[#found + 1] = string.sub(wanted[place], #index + 2)
      found[#found + 1] = values[place]
    end
  end
  replies[i + 3] = { tonumber(token), found }
end
replies[2] = previous
return replies
`;
