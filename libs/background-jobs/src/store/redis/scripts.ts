/*
 * The scripts of the store. KEYS[1] is the store's stem, `{prefix}`: all its keys share that hash tag, and so a slot in Cluster.
 *
 * | key | what |
 * | --- | --- |
 * | `<stem>:job:<id>` | hash of a job |
 * | `<stem>:order:<id>` | list of its items' keys, in the order they were listed |
 * | `<stem>:payload:<id>` | hash: items' payloads by key, of those that are not their own key |
 * | `<stem>:ledger:<id>` | hash: JSON of what became of items, by key |
 * | `<stem>:index:<type>:<state>` | sorted set of ids, all of score 0: they sort by their time |
 * | `<stem>:types` | set of types |
 * | `<stem>:expiry` | sorted set of ids that are over, by when their retention ends |
 * | `<stem>:idem:<name>` | hash: an idempotency claim |
 * | `<stem>:notices` | channel of JobNotice |
 */
const COMMON = `
local stem = KEYS[1]
local function jobKey(id) return stem .. ':job:' .. id end
local function keysOf(id) return jobKey(id), stem .. ':order:' .. id, stem .. ':payload:' .. id, stem .. ':ledger:' .. id end
local function indexOf(kind, state) return stem .. ':index:' .. kind .. ':' .. state end
local function isFinal(state) return state == 'completed' or state == 'failed' or state == 'cancelled' end
local function read(id) return redis.call('HGETALL', jobKey(id)) end
local function change(id, at, ...)
  redis.call('HSET', jobKey(id), 'updatedAt', at, ...)
  return redis.call('HINCRBY', jobKey(id), 'revision', 1)
end
local function tell(id)
  local v = redis.call('HMGET', jobKey(id), 'revision', 'cancelRequestedAt', 'state')
  redis.pcall('PUBLISH', stem .. ':notices', cjson.encode({ id = id, revision = tonumber(v[1]), cancel = v[2] ~= '', final = isFinal(v[3]) }))
end
local function move(id, kind, from, to)
  redis.call('ZREM', indexOf(kind, from), id)
  redis.call('ZADD', indexOf(kind, to), 0, id)
end
local function finish(id, state, problem, at, retention)
  local was = redis.call('HMGET', jobKey(id), 'type', 'state')
  change(id, at, 'state', state, 'error', problem, 'finishedAt', at)
  move(id, was[1], was[2], state)
  for _, key in ipairs({ keysOf(id) }) do redis.call('PEXPIRE', key, retention) end
  redis.call('ZADD', stem .. ':expiry', at + retention, id .. ' ' .. state .. ' ' .. was[1])
  tell(id)
end
local function runs(id, run)
  local v = redis.call('HMGET', jobKey(id), 'state', 'run')
  return v[1] == 'running' and v[2] == run
end
`;

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
local _, order, payload, ledger = keysOf(id)
local keys, payloads = {}, {}
for _, key in ipairs(redis.call('LRANGE', order, 0, -1)) do
  if redis.call('HEXISTS', ledger, key) == 0 then
    keys[#keys + 1] = key
    payloads[#payloads + 1] = redis.call('HGET', payload, key)
  end
end
return { read(id), v[5] == '' and 0 or 1, keys, payloads }
`;

/** ARGV: id, run, now, then key, whether there is a payload, payload, … Answers the job, or 0: lost. */
export const LIST_ITEMS = `${COMMON}
local id, run, now = ARGV[1], ARGV[2], ARGV[3]
if not runs(id, run) then return 0 end
if redis.call('HGET', jobKey(id), 'total') == '' then
  local _, order, payload = keysOf(id)
  for i = 4, #ARGV, 3 do
    redis.call('RPUSH', order, ARGV[i])
    if ARGV[i + 1] == '1' then redis.call('HSET', payload, ARGV[i], ARGV[i + 2]) end
  end
  change(id, now, 'total', (#ARGV - 3) / 3)
  tell(id)
end
return read(id)
`;

/** ARGV: id, run, key, outcome as JSON, what it is counted as, now. Answers [total, completed, failed, skipped, cancelRequestedAt, revision], or 0. */
export const SETTLE = `${COMMON}
local id, run, key, outcome, counted, now = unpack(ARGV)
if not runs(id, run) then return 0 end
local _, _, _, ledger = keysOf(id)
if redis.call('HSETNX', ledger, key, outcome) == 1 then
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
    if string.sub(entries[i + 1], 1, 18) == '{"status":"failed"' then redis.call('HDEL', ledger, entries[i]) end
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

/** ARGV: now. Takes what is past its retention off the lists. Answers how many. */
export const EXPIRE = `${COMMON}
local gone = redis.call('ZRANGEBYSCORE', stem .. ':expiry', '-inf', ARGV[1], 'LIMIT', 0, 1000)
for _, member in ipairs(gone) do
  local id, state, kind = string.match(member, '^(%S+) (%S+) (.*)$')
  redis.call('ZREM', indexOf(kind, state), id)
  redis.call('DEL', keysOf(id))
  redis.call('ZREM', stem .. ':expiry', member)
end
return #gone
`;
