import { OWN_SHARDS_LUA, PRELUDE_LUA } from './prelude.lua.js';

/*
 * What is done for a holder and its tokens with shards of one key. Arguments that all begin with: [1] holder (instance id), [2] what the key itself
 * has while shards of this count are held. The shards come last, as `OWN_SHARDS_LUA` reads them.
 */

/**
 * Prolongs the session of a holder, saves ledger changes, and says which of its shards are lost. Creates no key. Frees shards of the holder that it
 * has not asked for any more: their time is over, though that of the session is not.
 *
 * ARGV  [3] ttl in ms, [4] number of shards whose time is over, with their indexes; then the shards
 * Reply [store time in ms, then {place, holder or ''} for each shard that is lost]
 */
export const RENEW_SHARDS_LUA = `
${PRELUDE_LUA}
${OWN_SHARDS_LUA}
local holder, marker, ttl, overdue = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local own = ownShards(5 + overdue, holder, marker)
if #own.lost < own.count then
  local till = math.max(own.till, now + ttl)
  local latest = math.max(own.latest, till)
  redis.call('PEXPIRE', main, latest - now)
  redis.call('HSET', sessions, holder, own.nonce .. '|' .. text(till), '', text(latest))
  local indexes, freed = { unpack(ARGV, 5, 4 + overdue) }, {}
  for i, value in ipairs(read(shards, indexes)) do
    local token, of, who = string.match(value or '', '^(%d+)|(%d+)|(.*)$')
    if who == holder and of == own.nonce then
      freed[#freed + 1] = indexes[i]
      freed[#freed + 1] = token .. '||'
    end
  end
  write(shards, freed)
  saveChanges(own)
end
return { now, unpack(own.lost) }
`;

/**
 * Gives shards up, or over to an heir, saves ledger changes, and publishes all of them at once. If they were the holder's last ones, its session ends; and
 * if that was the last session, the key itself is free, which is published too, or ends with what is kept for heirs.
 *
 * ARGV  [3] channel, [4] count, [5] '1' if they may be the last ones, [6] heir or '', [7] for how long they are the heir's in ms; then the shards
 * Reply [store time in ms, then {place, holder or ''} for each shard that is lost]
 */
export const RELEASE_SHARDS_LUA = `
${PRELUDE_LUA}
${OWN_SHARDS_LUA}
local holder, marker, channel, count = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local heir, till = ARGV[6], now + tonumber(ARGV[7])
local own = ownShards(8, holder, marker)
if #own.lost < own.count then
  redis.call('HDEL', shards, '')
  local rest, notice = '||', ''
  if heir ~= '' then
    rest, notice = '|>' .. text(till) .. '|' .. heir, '\\n\\n' .. heir
    if till > own.latest then
      redis.call('PEXPIRE', main, till - now)
      redis.call('HSET', sessions, '', text(till))
    end
  end
  local freed, indexes = {}, {}
  for place = 1, own.count do
    if not own.isLost[place] then
      local index = ARGV[8 + place]
      indexes[#indexes + 1] = index
      freed[#freed + 1] = index
      freed[#freed + 1] = string.match(own.members[place], '^%d+') .. rest
    end
  end
  write(shards, freed)
  saveChanges(own)
  redis.pcall('PUBLISH', channel, main .. '#' .. table.concat(indexes, ',') .. '/' .. count .. '\\n' .. holder .. notice)
end
if ARGV[5] == '1' and own.nonce and current == marker then
  local mine, isLast, meant = '|' .. own.nonce .. '|' .. holder, true, 0
  local all = redis.call('HGETALL', shards)
  for i = 1, #all, 2 do
    local value = all[i + 1]
    if string.sub(value, -#mine) == mine then isLast = false end
    local till = (tonumber(all[i]) or count) < count and string.match(value, '^%d+|>(%d+)|')
    meant = math.max(meant, tonumber(till or 0))
  end
  if isLast then
    redis.call('HDEL', sessions, holder)
    local others = false
    local all = redis.call('HGETALL', sessions)
    for i = 1, #all, 2 do others = others or session(all[i]) end
    if not others and meant > now then
      redis.call('PEXPIRE', main, meant - now)
      redis.call('HSET', sessions, '', text(meant))
    elseif not others then
      redis.call('DEL', main)
      redis.pcall('PUBLISH', channel, main .. '\\n' .. marker)
    end
  end
end
return { now, unpack(own.lost) }
`;

/**
 * Writes one ledger entry of a shard under its fencing token, as `RECORD_LUA` does.
 *
 * ARGV  [3] field, [4] value, [5] 'any', 'absent' or 'equals', [6] the expected value or ''; then the shard
 * Reply {1}, {0, holder or ''} if the shard is not the caller's, or {2, current value or false} on a conflict
 */
export const RECORD_SHARD_LUA = `
${PRELUDE_LUA}
${OWN_SHARDS_LUA}
local own = ownShards(7, ARGV[1], ARGV[2])
if #own.lost > 0 then return { 0, own.lost[1][2] } end
local field = ARGV[8] .. ':' .. ARGV[3]
local current = redis.pcall('HGET', ledger, field)
if type(current) == 'table' then
  redis.call('DEL', ledger)
  current = false
end
local matches = ARGV[5] == 'any' or (ARGV[5] == 'absent' and not current) or (ARGV[5] == 'equals' and current == ARGV[6])
if not matches and current ~= ARGV[4] then return { 2, current } end
redis.call('HDEL', ledger, '')
redis.call('HSET', ledger, field, ARGV[4])
return { 1 }
`;
