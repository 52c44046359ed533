/*
 * How shards lie in Redis, and what all scripts on them share. A key `accounts` that is dealt out has five keys in one slot of Cluster:
 *
 * | key | what |
 * | --- | --- |
 * | `accounts` | `shards/64` while anybody holds one of 64 shards, with the time to live of whoever holds one longest. Anything else, such as `DISABLED`, keeps everybody out |
 * | `{accounts}:shards` | hash: index → `token|nonce|holder`. It counts if the session of the holder has that nonce. `token|@until|holder`: until that time, whatever the sessions say. `token||`: free. Any other text is an operator's, and keeps everybody out until it is removed |
 * | `{accounts}:shards:sessions` | hash: holder → `nonce|until`; it counts until that time, ms since the epoch |
 * | `{accounts}:token` | the last fencing token, of any shard |
 * | `{accounts}:ledger` | hash: `<index>:<field>` → entry |
 *
 * A renewal writes the session, not its shards; but each shard is proved by its token, its nonce and its holder. A session that ended never comes
 * back: the next one of that holder has another nonce, and none of the shards of the former one. Where the key itself is not there, all sessions are
 * over, or an operator has ended them: what they say counts for nothing.
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
local function save(entries)
  for first = 1, #entries, 1000 do
    redis.pcall('HSET', ledger, unpack(entries, first, math.min(first + 999, #entries)))
  end
end
local function session(holder)
  local value = current and ask('HGET', sessions, holder)
  local nonce, till = string.match(value or '', '^(%d+)|(%d+)$')
  if nonce and tonumber(till) > now then return nonce, tonumber(till) end
end
local known = {}
local function holding(value)
  if not value then return end
  local token, nonce, holder = string.match(value, '^(%d+)|(@?%d*)|(.*)$')
  if not token then return value, -1 end
  if holder == '' then return nil, nil, token end
  local till
  if string.sub(nonce, 1, 1) == '@' then till = tonumber(string.sub(nonce, 2)) or 0
  else
    known[holder] = known[holder] or { session(holder) }
    till = known[holder][1] == nonce and known[holder][2] or 0
  end
  if till > now then return holder, till - now, token end
  return nil, nil, token
end
local function text(number) return string.format('%.0f', number) end
`;

/** Reads, from `position` on, for each shard its index, its token and the entries of its ledger, and tells which are the caller's. */
export const OWN_SHARDS_LUA = `
local function ownShards(position, holder, marker)
  local nonce, till = session(holder)
  local indexes, tokens, sizes = {}, {}, {}
  local at = position
  while at <= #ARGV do
    indexes[#indexes + 1] = ARGV[at]
    tokens[#tokens + 1] = ARGV[at + 1]
    sizes[#sizes + 1] = at + 2
    at = at + 3 + tonumber(ARGV[at + 2])
  end
  local members = read(shards, indexes)
  local own, lost, changes = {}, {}, {}
  for i, index in ipairs(indexes) do
    if current == marker and nonce and members[i] == tokens[i] .. '|' .. nonce .. '|' .. holder then
      own[#own + 1] = index
      local first = sizes[i] + 1
      for j = first, first - 1 + tonumber(ARGV[sizes[i]]), 2 do
        changes[#changes + 1] = index .. ':' .. ARGV[j]
        changes[#changes + 1] = ARGV[j + 1]
      end
    elseif current and current ~= marker then lost[#lost + 1] = { i, current }
    else lost[#lost + 1] = { i, holding(members[i]) or '' }
    end
  end
  return own, lost, changes, nonce, till
end
`;
