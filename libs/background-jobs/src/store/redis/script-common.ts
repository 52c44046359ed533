/*
 * The scripts of the store. KEYS[1] is the store's stem, `{prefix}`: all its keys share that hash tag, and so a slot in Cluster.
 *
 * | key | what |
 * | --- | --- |
 * | `<stem>:job:<id>` | hash of a job |
 * | `<stem>:order:<id>` | list of its items' keys, in the order they were listed |
 * | `<stem>:payload:<id>` | hash: items' payloads by key, of those that are not their own key |
 * | `<stem>:ledger:<id>` | hash: JSON of what became of items, by key; empty: pending |
 * | `<stem>:<status>:<id>` | bitmap: which positions of the order have that status; see item-index.ts |
 * | `<stem>:index:<type>:<state>` | sorted set of ids, all of score 0: they sort by their time |
 * | `<stem>:types` | set of types |
 * | `<stem>:expiry` | sorted set of ids that are over, by when their retention ends |
 * | `<stem>:idem:<name>` | hash: an idempotency claim |
 * | `<stem>:notices` | channel of JobNotice |
 *
 * A script that fails is not undone: what may be of another type (indexes) is written first, the job last, so that it can be run again.
 * Redis serves nobody else while a script runs, so the work of each is bounded, whatever the store holds: bigger work is done in parts.
 */

/** The fields of a job's hash that are read, in the order in which scripts give them. */
export const JOB_FIELDS = [
  ...(['id', 'type', 'state', 'request', 'total', 'completed', 'failed', 'skipped', 'createdAt'] as const),
  ...(['updatedAt', 'startedAt', 'finishedAt', 'error', 'cancelRequestedAt', 'revision', 'run'] as const),
];

export type JobField = (typeof JOB_FIELDS)[number];

/** Bytes. What is longer is not read: nothing of ours is. */
const LONGEST_REQUEST = 16 * 1_024 ** 2;
const LONGEST_ERROR = 64 * 1_024;
const LONGEST_FIELD = 1_024;

/** Redis goes by the end of the small hash; the rest is removed by replicas, without holding Redis up. Or, if there is none, after this, ms. */
const WITHOUT_REPLICAS = 3_600_000;

/** What all scripts begin with. */
export const COMMON = `
local stem = KEYS[1]
local FIELDS = { ${JOB_FIELDS.map((field) => `'${field}'`).join(', ')} }
local LONGEST = { request = ${LONGEST_REQUEST}, error = ${LONGEST_ERROR} }
local STATES = { 'pending', 'running', 'completed', 'failed', 'cancelled' }
local function jobKey(id) return stem .. ':job:' .. id end
local function bitsOf(id, status) return stem .. ':' .. status .. ':' .. id end
local function itemsOf(id) return stem .. ':order:' .. id, stem .. ':payload:' .. id, stem .. ':ledger:' .. id end
local function bitmapsOf(id) return bitsOf(id, 'pending'), bitsOf(id, 'done'), bitsOf(id, 'skipped'), bitsOf(id, 'failed') end
local function indexOf(kind, state) return stem .. ':index:' .. kind .. ':' .. state end
local function isFinal(state) return state == 'completed' or state == 'failed' or state == 'cancelled' end
local function isThere(id) return redis.call('TYPE', jobKey(id)).ok == 'hash' end
-- What is no type is removed: looked at with each list, it would keep the types out, and Redis from others. Whether there may be more is told, too.
local function kindsOf()
  local kinds, removed = {}, false
  for _, kind in ipairs(redis.call('SRANDMEMBER', stem .. ':types', 1000)) do
    if #kind <= 100 and string.match(kind, '^[a-z0-9][a-z0-9._-]*$') then kinds[#kinds + 1] = kind else
      redis.call('SREM', stem .. ':types', kind)
      removed = true
    end
  end
  return kinds, removed
end
local function read(id)
  local is = redis.call('TYPE', jobKey(id)).ok
  if is == 'none' then return {} end
  if is ~= 'hash' then return is end
  local values = {}
  for i, field in ipairs(FIELDS) do
    local fits = redis.call('HSTRLEN', jobKey(id), field) <= (LONGEST[field] or ${LONGEST_FIELD})
    values[i] = fits and redis.call('HGET', jobKey(id), field)
  end
  return values
end
local function change(id, at, ...)
  redis.call('HSET', jobKey(id), 'updatedAt', at, ...)
  return redis.call('HINCRBY', jobKey(id), 'revision', 1)
end
local function tell(id)
  local v = redis.call('HMGET', jobKey(id), 'revision', 'cancelRequestedAt', 'state')
  local isCancelled = v[2] and v[2] ~= '' or false
  redis.pcall('PUBLISH', stem .. ':notices', cjson.encode({ id = id, revision = tonumber(v[1]), cancel = isCancelled, final = isFinal(v[3]) }))
end
local function move(id, kind, from, to)
  redis.call('ZREM', indexOf(kind, from), id)
  redis.call('ZADD', indexOf(kind, to), 0, id)
  redis.call('SADD', stem .. ':types', kind)
end
local function expire(id, kind, state, at, retention)
  redis.call('ZADD', stem .. ':expiry', at + retention, id .. ' ' .. state .. ' ' .. kind)
  redis.call('PEXPIRE', jobKey(id), retention)
  for _, key in ipairs({ itemsOf(id) }) do redis.call('PEXPIRE', key, retention + ${WITHOUT_REPLICAS}) end
  for _, key in ipairs({ bitmapsOf(id) }) do redis.call('PEXPIRE', key, retention + ${WITHOUT_REPLICAS}) end
end
local function finish(id, state, problem, at, retention, ...)
  local was = redis.call('HMGET', jobKey(id), 'type', 'state')
  move(id, was[1], was[2], state)
  expire(id, was[1], state, at, retention)
  change(id, at, 'state', state, 'error', problem, 'finishedAt', at, ...)
  tell(id)
end
local function drop(member)
  local id, state, kind = string.match(member, '^(%S+) (%S+) (.*)$')
  if id then
    redis.call('ZREM', indexOf(kind, state), id)
    redis.call('UNLINK', jobKey(id), itemsOf(id))
    redis.call('UNLINK', bitmapsOf(id))
  end
  redis.call('ZREM', stem .. ':expiry', member)
end
local function runs(id, run)
  local v = redis.call('HMGET', jobKey(id), 'state', 'run')
  return v[1] == 'running' and v[2] == run
end
`;
