import { COMMON } from './script-common.js';

/** ARGV: id, type, request, now, most pending or '', claim's name or '', fingerprint, the claim's retention. Answers [outcome, …]. */
export const CREATE = `${COMMON}
local id, kind, request, now, most, name, fingerprint, retention = unpack(ARGV)
local claim = stem .. ':idem:' .. name
if name ~= '' then
  local known = redis.call('HMGET', claim, 'id', 'fingerprint')
  if known[1] and redis.call('EXISTS', jobKey(known[1])) == 1 then
    if known[2] ~= fingerprint then return { 'mismatch', known[1] } end
    return { 'replayed', known[1], read(known[1]) }
  end
end
if redis.call('EXISTS', jobKey(id)) == 1 then return { 'exists' } end
if most ~= '' then
  local pending = redis.call('ZCARD', indexOf(kind, 'pending'))
  if pending >= tonumber(most) then return { 'full', pending } end
end
redis.call('ZADD', indexOf(kind, 'pending'), 0, id)
redis.call('SADD', stem .. ':types', kind)
if name ~= '' then
  redis.call('HSET', claim, 'id', id, 'fingerprint', fingerprint)
  redis.call('PEXPIRE', claim, retention)
end
redis.call('HSET', jobKey(id), 'id', id, 'type', kind, 'state', 'pending', 'request', request, 'total', '', 'completed', 0, 'failed', 0,
  'skipped', 0, 'createdAt', now, 'updatedAt', now, 'startedAt', '', 'finishedAt', '', 'error', '', 'cancelRequestedAt', '', 'revision', 1, 'run', 0)
tell(id)
return { 'created', id, read(id) }
`;

/** ARGV: id, now, retention. Answers 'unknown', 'over' or the job, whose items PENDING lists. */
export const BEGIN = `${COMMON}
local id, now, retention = ARGV[1], ARGV[2], tonumber(ARGV[3])
local v = redis.call('HMGET', jobKey(id), 'state', 'type', 'cancelRequestedAt', 'startedAt')
if redis.call('EXISTS', jobKey(id)) == 0 then return 'unknown' end
if isFinal(v[1]) then return 'over' end
if not v[2] or v[1] ~= 'pending' and v[1] ~= 'running' then return read(id) end
if v[3] and v[3] ~= '' then
  finish(id, 'cancelled', '', tonumber(now), retention)
  return 'over'
end
move(id, v[2], v[1], 'running')
redis.call('HINCRBY', jobKey(id), 'run', 1)
change(id, now, 'state', 'running', 'startedAt', v[4] and v[4] ~= '' and v[4] or now)
tell(id)
return read(id)
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
move(id, redis.call('HGET', jobKey(id), 'type'), 'running', 'pending')
change(id, now, 'state', 'pending')
tell(id)
return read(id)
`;

/** ARGV: id, now, retention. Answers the job; none: empty. */
export const CANCEL = `${COMMON}
local id, now, retention = ARGV[1], ARGV[2], tonumber(ARGV[3])
local v = redis.call('HMGET', jobKey(id), 'state', 'cancelRequestedAt')
if not v[1] or isFinal(v[1]) or v[2] ~= '' then return read(id) end
if v[1] == 'pending' then finish(id, 'cancelled', '', tonumber(now), retention, 'cancelRequestedAt', now) else
  change(id, now, 'cancelRequestedAt', now)
  tell(id)
end
return read(id)
`;

/** ARGV: id, now. After RETRY_PART has put the failed items back. Answers 'unknown', 'active', 'nothing' or the job. */
export const RETRY = `${COMMON}
local id, now, isPutBack = ARGV[1], ARGV[2], ARGV[3] == '1'
local v = redis.call('HMGET', jobKey(id), 'state', 'type', 'total', 'completed', 'failed', 'skipped')
if not v[1] then return 'unknown' end
if not isFinal(v[1]) then return 'active' end
local left = v[3] == '' and 1 or v[3] - v[4] - v[6]
if left <= 0 then return 'nothing' end
if not isPutBack and v[3] ~= '' then return 'items' end
redis.call('PERSIST', jobKey(id))
for _, key in ipairs({ itemsOf(id) }) do redis.call('PERSIST', key) end
for _, key in ipairs({ bitmapsOf(id) }) do redis.call('PERSIST', key) end
redis.call('ZREM', stem .. ':expiry', id .. ' ' .. v[1] .. ' ' .. v[2])
move(id, v[2], v[1], 'pending')
change(id, now, 'state', 'pending', 'failed', 0, 'finishedAt', '', 'error', '', 'cancelRequestedAt', '')
tell(id)
return read(id)
`;

/**
 * ARGV: id, state, problem as JSON or '', now, retention, when it was created. Ends a job that cannot be read, so that it can be read, is in the index of
 * its state only, and goes when its retention is over. What of it makes sense stays. Answers the job, or 'again'; none: empty.
 */
export const RUIN = `${COMMON}
local id, state, problem, now, retention, createdAt = unpack(ARGV)
local is = redis.call('TYPE', jobKey(id)).ok
if is == 'none' then return {} end
local kinds, isAgain = kindsOf()
if isAgain then return 'again' end
if is ~= 'hash' then redis.call('UNLINK', jobKey(id)) end
local v = {}
for _, field in ipairs(FIELDS) do
  if redis.call('HSTRLEN', jobKey(id), field) <= 1024 then v[field] = redis.call('HGET', jobKey(id), field) end
end
local function number(field, otherwise)
  local text = v[field]
  return text and #text < 16 and string.match(text, '^%d+$') or otherwise
end
local kind = v.type and #v.type <= 100 and string.match(v.type, '^[a-z0-9][a-z0-9._-]*$') or nil
for _, each in ipairs(kinds) do
  for _, from in ipairs(STATES) do
    if redis.call('TYPE', indexOf(each, from)).ok == 'zset' and redis.call('ZREM', indexOf(each, from), id) == 1 then kind = kind or each end
    redis.call('ZREM', stem .. ':expiry', id .. ' ' .. from .. ' ' .. each)
  end
end
kind = kind or 'unreadable'
if redis.call('HEXISTS', jobKey(id), 'request') == 0 then redis.call('HSET', jobKey(id), 'request', 'null') end
redis.call('HSET', jobKey(id), 'id', id, 'type', kind, 'state', state, 'error', problem, 'total', number('total', ''),
  'completed', number('completed', 0), 'failed', number('failed', 0), 'skipped', number('skipped', 0),
  'createdAt', number('createdAt', createdAt), 'updatedAt', now, 'startedAt', number('startedAt', ''), 'finishedAt', now,
  'cancelRequestedAt', state == 'cancelled' and now or number('cancelRequestedAt', ''), 'run', number('run', 0))
-- Whoever follows it knows an earlier revision.
redis.call('HSET', jobKey(id), 'revision', math.max(tonumber(number('revision', 0)) + 1, tonumber(now)))
redis.call('SADD', stem .. ':types', kind)
redis.call('ZADD', indexOf(kind, state), 0, id)
expire(id, kind, state, tonumber(now), tonumber(retention))
tell(id)
return read(id)
`;

/**
 * ARGV: id or '', claim's name or ''. Removes what has the name of a key of the store, but another type: nothing can be done with it, and it fails
 * what has to do with it. A job's own hash is left to RUIN. Answers what was removed.
 */
export const MEND = `${COMMON}
local id, name = ARGV[1], ARGV[2]
local removed = {}
local function check(key, expected)
  local is = redis.call('TYPE', key).ok
  if is == 'none' or is == expected then return end
  redis.call('UNLINK', key)
  removed[#removed + 1] = key .. ', a ' .. is
end
check(stem .. ':types', 'set')
check(stem .. ':expiry', 'zset')
for _, kind in ipairs((kindsOf())) do
  for _, state in ipairs(STATES) do check(indexOf(kind, state), 'zset') end
end
if name ~= '' then check(stem .. ':idem:' .. name, 'hash') end
if id ~= '' then
  local order, payload, ledger = itemsOf(id)
  check(order, 'list')
  check(payload, 'hash')
  check(ledger, 'hash')
  for _, key in ipairs({ bitmapsOf(id) }) do check(key, 'string') end
end
return removed
`;

/** ARGV: id. Tells whoever listens how the job is. */
export const ANNOUNCE = `${COMMON}
if isThere(ARGV[1]) then tell(ARGV[1]) end
return 1
`;

/** ARGV: id. Answers the job; none: empty. */
export const GET = `${COMMON}
return read(ARGV[1])
`;
