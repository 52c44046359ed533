import { COMMON } from './script-common.js';

/** ARGV: id, type, request, now, most pending or '', claim's name or '', fingerprint, the claim's retention. Answers [outcome, …]. */
export const CREATE = `${COMMON}
local id, kind, request, now, most, name, fingerprint, retention = unpack(ARGV)
local claim = stem .. ':idem:' .. name
if name ~= '' then
  local known = redis.call('HMGET', claim, 'id', 'fingerprint')
  if known[1] and redis.call('EXISTS', jobKey(known[1])) == 1 then
    if known[2] ~= fingerprint then return { 'mismatch', known[1] } end
    return { 'replayed', read(known[1]) }
  end
end
if redis.call('EXISTS', jobKey(id)) == 1 then return { 'exists' } end
if most ~= '' then
  local pending = redis.call('ZCARD', indexOf(kind, 'pending'))
  if pending >= tonumber(most) then return { 'full', pending } end
end
redis.call('HSET', jobKey(id), 'id', id, 'type', kind, 'state', 'pending', 'request', request, 'total', '', 'completed', 0, 'failed', 0,
  'skipped', 0, 'createdAt', now, 'updatedAt', now, 'startedAt', '', 'finishedAt', '', 'error', '', 'cancelRequestedAt', '', 'revision', 1, 'run', 0)
redis.call('ZADD', indexOf(kind, 'pending'), 0, id)
redis.call('SADD', stem .. ':types', kind)
if name ~= '' then
  redis.call('HSET', claim, 'id', id, 'fingerprint', fingerprint)
  redis.call('PEXPIRE', claim, retention)
end
tell(id)
return { 'created', read(id) }
`;

/** ARGV: id, now, retention. Answers 'unknown', 'over' or [job, listed, keys, payloads]. */
export const BEGIN = `${COMMON}
local id, now, retention = ARGV[1], ARGV[2], tonumber(ARGV[3])
local v = redis.call('HMGET', jobKey(id), 'state', 'type', 'cancelRequestedAt', 'startedAt', 'total')
if not v[1] then return 'unknown' end
if isFinal(v[1]) then return 'over' end
if v[3] ~= '' then
  finish(id, 'cancelled', '', tonumber(now), retention)
  return 'over'
end
redis.call('HINCRBY', jobKey(id), 'run', 1)
change(id, now, 'state', 'running', 'startedAt', v[4] == '' and now or v[4])
move(id, v[2], v[1], 'running')
tell(id)
if v[5] == '' then return { read(id), 0, {}, {} } end
local _, order, payload, ledger = keysOf(id)
local keys, payloads = {}, {}
for from = 0, tonumber(v[5]) - 1, 1000 do
  local part = redis.call('LRANGE', order, from, from + 999)
  if #part == 0 then break end
  local outcomes, texts = redis.call('HMGET', ledger, unpack(part)), redis.call('HMGET', payload, unpack(part))
  for i, key in ipairs(part) do
    if outcomes[i] == '' then
      keys[#keys + 1] = key
      payloads[#payloads + 1] = texts[i]
    end
  end
end
return { read(id), 1, keys, payloads }
`;

/**
 * ARGV: id, run, now, how many are listed already, '1' if these are the last, then key, whether there is a payload, payload, …
 * Answers the job, or 0: lost. A part that is sent again, because its answer was lost, is listed once.
 */
export const LIST_ITEMS = `${COMMON}
local id, run, now, from, last = unpack(ARGV, 1, 5)
if not runs(id, run) then return 0 end
if redis.call('HGET', jobKey(id), 'total') == '' then
  local _, order, payload, ledger = keysOf(id)
  if from == '0' then redis.call('UNLINK', order, payload, ledger) end
  if redis.call('LLEN', order) == tonumber(from) then
    for i = 6, #ARGV, 3 do
      redis.call('RPUSH', order, ARGV[i])
      redis.call('HSET', ledger, ARGV[i], '')
      if ARGV[i + 1] == '1' then redis.call('HSET', payload, ARGV[i], ARGV[i + 2]) end
    end
  end
  if last == '1' then
    change(id, now, 'total', redis.call('LLEN', order))
    tell(id)
  end
end
return read(id)
`;

/** ARGV: id, run, key, outcome as JSON, what it is counted as, now. Answers [total, completed, failed, skipped, cancelRequestedAt, revision], or 0. */
export const SETTLE = `${COMMON}
local id, run, key, outcome, counted, now = unpack(ARGV)
if not runs(id, run) then return 0 end
local _, _, _, ledger = keysOf(id)
if redis.call('HGET', ledger, key) == '' then
  redis.call('HSET', ledger, key, outcome)
  redis.call('HINCRBY', jobKey(id), counted, 1)
  change(id, now)
end
return redis.call('HMGET', jobKey(id), 'total', 'completed', 'failed', 'skipped', 'cancelRequestedAt', 'revision')
`;

/** ARGV: id, run, state, problem as JSON or '', now, retention. Answers the job, or 0: lost. */
export const FINISH = `${COMMON}
local id, run, state, problem, now, retention = unpack(ARGV)
if not runs(id, run) then return 0 end
finish(id, state, problem, tonumber(now), tonumber(retention))
return read(id)
`;

/** ARGV: id, run, now. Answers the job, or 0: lost. */
export const YIELD = `${COMMON}
local id, run, now = unpack(ARGV)
if not runs(id, run) then return 0 end
change(id, now, 'state', 'pending')
move(id, redis.call('HGET', jobKey(id), 'type'), 'running', 'pending')
tell(id)
return read(id)
`;

/** ARGV: id, now, retention. Answers the job; none: empty. */
export const CANCEL = `${COMMON}
local id, now, retention = ARGV[1], ARGV[2], tonumber(ARGV[3])
local v = redis.call('HMGET', jobKey(id), 'state', 'cancelRequestedAt')
if not v[1] or isFinal(v[1]) or v[2] ~= '' then return read(id) end
change(id, now, 'cancelRequestedAt', now)
if v[1] == 'pending' then finish(id, 'cancelled', '', tonumber(now), retention) else tell(id) end
return read(id)
`;

/** ARGV: id, now. Answers 'unknown', 'active', 'nothing' or the job. */
export const RETRY = `${COMMON}
local id, now = ARGV[1], ARGV[2]
local v = redis.call('HMGET', jobKey(id), 'state', 'type', 'total', 'completed', 'failed', 'skipped')
if not v[1] then return 'unknown' end
if not isFinal(v[1]) then return 'active' end
local left = v[3] == '' and 1 or v[3] - v[4] - v[5] - v[6]
if left + v[5] == 0 then return 'nothing' end
local _, _, _, ledger = keysOf(id)
if tonumber(v[5]) > 0 then
  local entries = redis.call('HGETALL', ledger)
  for i = 1, #entries, 2 do
    if string.sub(entries[i + 1], 1, 18) == '{"status":"failed"' then redis.call('HSET', ledger, entries[i], '') end
  end
end
for _, key in ipairs({ keysOf(id) }) do redis.call('PERSIST', key) end
redis.call('ZREM', stem .. ':expiry', id .. ' ' .. v[1] .. ' ' .. v[2])
change(id, now, 'state', 'pending', 'failed', 0, 'finishedAt', '', 'error', '', 'cancelRequestedAt', '')
move(id, v[2], v[1], 'pending')
tell(id)
return read(id)
`;

/** ARGV: id, status or '', first position, limit. Answers 0: no such job, or [next position or -1, key, outcome or '', …]. */
export const ITEMS = `${COMMON}
local id, status, from, limit = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('EXISTS', jobKey(id)) == 0 then return 0 end
local _, order, _, ledger = keysOf(id)
local page, at = { -1 }, from
while true do
  local keys = redis.call('LRANGE', order, at, at + 199)
  if #keys == 0 then return page end
  local outcomes = redis.call('HMGET', ledger, unpack(keys))
  for i, key in ipairs(keys) do
    local outcome = outcomes[i] or ''
    local is = outcome == '' and 'pending' or string.match(outcome, '^{"status":"(%a+)"')
    if status == '' or is == status then
      if #page > 2 * limit then
        page[1] = at + i - 1
        return page
      end
      page[#page + 1] = key
      page[#page + 1] = outcome
    end
  end
  at = at + #keys
end
`;

/** ARGV: id. Tells whoever listens how the job is. */
export const ANNOUNCE = `${COMMON}
if redis.call('EXISTS', jobKey(ARGV[1])) == 1 then tell(ARGV[1]) end
return 1
`;

/** ARGV: id. Answers the job; none: empty. */
export const GET = `${COMMON}
return read(ARGV[1])
`;

/** ARGV: cursor or '', limit, type or '', states… Answers [the last id if there are more or '', job, …], newest first. Ids of jobs that are gone go. */
export const LIST = `${COMMON}
local cursor, limit = ARGV[1], tonumber(ARGV[2])
local kinds = ARGV[3] == '' and redis.call('SMEMBERS', stem .. ':types') or { ARGV[3] }
local states = { unpack(ARGV, 4) }
local max = cursor == '' and '+' or '(' .. cursor
local found, isWhole
repeat
  local ids, whose = merge(kinds, states, function(index)
    return redis.call('ZREVRANGEBYLEX', index, max, '-', 'LIMIT', 0, limit + 1)
  end)
  table.sort(ids, function(a, b) return a > b end)
  found, isWhole = living(ids, whose, limit + 1)
until isWhole
local page = { '' }
for i = 1, math.min(limit, #found) do page[#page + 1] = read(found[i]) end
if #found > limit then page[1] = found[limit] end
return page
`;

/** ARGV: limit. Answers ids of jobs that are not over, oldest first. Ids of jobs that are gone go. */
export const ACTIVE = `${COMMON}
local limit = tonumber(ARGV[1])
local kinds = redis.call('SMEMBERS', stem .. ':types')
local found, isWhole
repeat
  local ids, whose = merge(kinds, { 'pending', 'running' }, function(index)
    return redis.call('ZRANGE', index, 0, limit - 1)
  end)
  table.sort(ids)
  found, isWhole = living(ids, whose, limit)
until isWhole
return found
`;

/** ARGV: type, state. Answers how many there are, without those that are past their retention: the earliest ends come first. */
export const COUNT = `${COMMON}
local kind, state = ARGV[1], ARGV[2]
while isFinal(state) do
  local member = redis.call('ZRANGE', stem .. ':expiry', 0, 0)[1]
  local id = member and string.match(member, '^%S+')
  if not member or id and redis.call('EXISTS', jobKey(id)) == 1 then break end
  drop(member)
end
return redis.call('ZCARD', indexOf(kind, state))
`;

/** ARGV: now, most. Takes what is past its retention off the lists. Answers how many. */
export const EXPIRE = `${COMMON}
local gone = redis.call('ZRANGEBYSCORE', stem .. ':expiry', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, member in ipairs(gone) do drop(member) end
return #gone
`;
