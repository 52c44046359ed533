/*
 * The scripts of the store. KEYS[1] is the store's stem, `{prefix}`: all its keys share that hash tag, and so a slot in Cluster.
 *
 * | key | what |
 * | --- | --- |
 * | `<stem>:job:<id>` | hash of a job |
 * | `<stem>:order:<id>` | list of its items' keys, in the order they were listed |
 * | `<stem>:payload:<id>` | hash: items' payloads by key, of those that are not their own key |
 * | `<stem>:ledger:<id>` | hash: JSON of what became of items, by key; empty: pending |
 * | `<stem>:index:<type>:<state>` | sorted set of ids, all of score 0: they sort by their time |
 * | `<stem>:types` | set of types |
 * | `<stem>:expiry` | sorted set of ids that are over, by when their retention ends |
 * | `<stem>:idem:<name>` | hash: an idempotency claim |
 * | `<stem>:notices` | channel of JobNotice |
 */
/** What all scripts begin with. */
export const COMMON = `
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
local function drop(member)
  local id, state, kind = string.match(member, '^(%S+) (%S+) (.*)$')
  if id then
    redis.call('ZREM', indexOf(kind, state), id)
    redis.call('UNLINK', keysOf(id))
  end
  redis.call('ZREM', stem .. ':expiry', member)
end
local function merge(kinds, states, read)
  local ids, whose = {}, {}
  for _, kind in ipairs(kinds) do
    for _, state in ipairs(states) do
      local index = indexOf(kind, state)
      for _, id in ipairs(read(index)) do
        if not whose[id] then ids[#ids + 1] = id end
        whose[id] = index
      end
    end
  end
  return ids, whose
end
local function living(ids, whose, limit)
  local found, isWhole = {}, true
  for _, id in ipairs(ids) do
    if #found == limit then break end
    if redis.call('EXISTS', jobKey(id)) == 1 then
      found[#found + 1] = id
    else
      redis.call('ZREM', whose[id], id)
      isWhole = false
    end
  end
  return found, isWhole
end
local function runs(id, run)
  local v = redis.call('HMGET', jobKey(id), 'state', 'run')
  return v[1] == 'running' and v[2] == run
end
`;
