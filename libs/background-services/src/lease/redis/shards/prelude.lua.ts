/*
 * How shards lie in Redis, and what all scripts on them share. A key `accounts` that is dealt out has five keys in one slot of Cluster:
 *
 * | key | what |
 * | --- | --- |
 * | `accounts` | `shards/64` while anybody holds one of 64 shards, with the time to live of whoever holds one longest. Anything else, such as `DISABLED`, keeps everybody out |
 * | `{accounts}:shards` | hash: index → `token|nonce|holder`. It counts if the session of the holder has that nonce. `token|@until|holder`: until that time, whatever the sessions say. `token|>until|heir`: kept for an heir until that time, which is no session of it. `token||`: free. Any other text is an operator's, and keeps everybody out until it is removed |
 * | `{accounts}:shards:sessions` | hash: holder → `nonce|until`; it counts until that time, ms since the epoch. Under the empty name, the latest of these times |
 * | `{accounts}:token` | the last fencing token, of any shard |
 * | `{accounts}:ledger` | hash: `<index>:<field>` → entry |
 *
 * A renewal writes the session, not its shards; but each shard is proved by its token, its nonce and its holder. A session that ended never comes
 * back: the next one of that holder has another nonce, and none of the shards of the former one. Where the key itself is not there, all sessions are
 * over, or an operator has ended them: what they say counts for nothing.
 *
 * The key itself outlives what is kept for heirs: nobody gets the whole, or a shard of another count, before they had their time. What is kept for an heir
 * is one of the things that end with the key.
 *
 * Times are those of one reading of TIME, which moves within a script on some servers.
 */

/** KEYS [1] the key itself, [2] shards, [3] sessions, [4] token, [5] ledger. What is of another type counts for nothing. */
export const PRELUDE_LUA = `
local main, shards, sessions, tokenKey, ledger = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function get(key)
  local value = redis.pcall('GET', key)
  if type(value) == 'table' then return '(not a string)' end
  return value
end
local current = get(main)
-- Only a wrong type counts for nothing. Whoever may not read must not take a shard for a free one.
local function ask(command, key, ...)
  local answer = redis.pcall(command, key, ...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if string.find(answer.err, 'WRONGTYPE', 1, true) then return false end
  return redis.call(command, key, ...)
end
local function read(key, fields)
  local found = {}
  for first = 1, #fields, 1000 do
    local last = math.min(first + 999, #fields)
    local part = ask('HMGET', key, unpack(fields, first, last)) or {}
    for i = first, last do found[i] = part[i - first + 1] or false end
  end
  return found
end
local function write(key, texts, command)
  for first = 1, #texts, 1000 do
    redis.call(command or 'HSET', key, unpack(texts, first, math.min(first + 999, #texts)))
  end
end
local known, knowsAll = {}, false
local function learn(holder, value)
  local nonce, till = string.match(value or '', '^(%d+)|(%d+)$')
  till = tonumber(till or 0)
  known[holder] = till > now and { nonce, till } or {}
end
local function session(holder)
  if not known[holder] then learn(holder, current and not knowsAll and ask('HGET', sessions, holder)) end
  return known[holder][1], known[holder][2]
end
local function holding(value)
  if not value then return end
  local token, nonce, holder = string.match(value, '^(%d+)|([@>]?%d*)|(.*)$')
  if not token then return value, -1 end
  if holder == '' then return nil, nil, token end
  local till
  local kind = string.sub(nonce, 1, 1)
  if kind == '@' or (kind == '>' and current) then till = tonumber(string.sub(nonce, 2)) or 0
  elseif kind == '>' then till = 0
  else
    local own, ends = session(holder)
    till = own == nonce and ends or 0
  end
  if till > now then return holder, till - now, token end
  return nil, nil, token
end
local function text(number) return string.format('%.0f', number) end
`;

/**
 * Reads the shards that ARGV names from `position` on, and tells which are not the caller's: number of shards, their indexes; number of tokens, then each
 * with the number of shards in a row that have it; number of shards with ledger changes, then the place and the number of strings of each; then all
 * these strings: field, value, … There may be hundreds: nothing is made for a shard that is the caller's.
 */
export const OWN_SHARDS_LUA = `
local function ownShards(position, holder, marker)
  local found = current and ask('HMGET', sessions, holder, '') or {}
  learn(holder, found[1])
  local nonce, till = session(holder)
  local count = tonumber(ARGV[position])
  local members = ask('HMGET', shards, unpack(ARGV, position + 1, position + count)) or {}
  local lost, isLost, place = {}, {}, 0
  local at = position + count + 1
  local tokens = tonumber(ARGV[at])
  for first = at + 1, at + 2 * tokens, 2 do
    local own = current == marker and nonce and ARGV[first] .. '|' .. nonce .. '|' .. holder
    for _ = 1, tonumber(ARGV[first + 1]) do
      place = place + 1
      if not own or members[place] ~= own then
        isLost[place] = true
        local other = current and current ~= marker and current or holding(members[place])
        lost[#lost + 1] = { place, other or '' }
      end
    end
  end
  return {
    count = count, lost = lost, isLost = isLost, members = members, changes = at + 2 * tokens + 1,
    nonce = nonce, till = till, latest = tonumber(found[2] or 0) or 0,
  }
end
local function saveChanges(own)
  local headers = tonumber(ARGV[own.changes])
  local at = own.changes + 2 * headers + 1
  if #own.lost == 0 then
    for first = at, #ARGV, 1000 do redis.pcall('HSET', ledger, unpack(ARGV, first, math.min(first + 999, #ARGV))) end
    return
  end
  local kept = {}
  for header = own.changes + 1, own.changes + 2 * headers, 2 do
    local size = tonumber(ARGV[header + 1])
    if not own.isLost[tonumber(ARGV[header])] then
      for j = at, at + size - 1 do kept[#kept + 1] = ARGV[j] end
    end
    at = at + size
  end
  for first = 1, #kept, 1000 do redis.pcall('HSET', ledger, unpack(kept, first, math.min(first + 999, #kept))) end
end
`;
