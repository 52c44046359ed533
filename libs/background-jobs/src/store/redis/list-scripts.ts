import { COMMON } from './script-common.js';

/** Ids of jobs that are gone, or ends, that one call removes at most. */
const REMOVED_A_CALL = 100;
/** Ids that are read of an index at a time. */
const CHUNK = 20;

/**
 * Ids of several indexes in one order, without a look at more of each than it takes. Answers `nil` if too many jobs on the way are gone for one call:
 * their ids are removed, so the next call gets further.
 */
const MERGE = `
local function merge(indexes, most, isBefore, fetch)
  local heads, seen, found, removed = {}, {}, {}, 0
  local function put(source)
    if source.at > #source.ids then
      if #source.ids < ${CHUNK} then return end
      local last = source.ids[#source.ids]
      source.ids, source.at = fetch(source.index, last), 1
      -- Members of another score are in no order.
      if not source.ids[1] or not isBefore(last, source.ids[1]) then return end
    end
    local id, low, high = source.ids[source.at], 1, #heads + 1
    while low < high do
      local middle = math.floor((low + high) / 2)
      if isBefore(id, heads[middle].ids[heads[middle].at]) then low = middle + 1 else high = middle end
    end
    table.insert(heads, low, source)
  end
  for _, index in ipairs(indexes) do
    local source = { index = index, ids = fetch(index), at = 1 }
    if source.ids[1] then put(source) end
  end
  for _ = 1, 10 * (most + ${REMOVED_A_CALL}) do
    local source = table.remove(heads)
    if not source or #found == most then break end
    local id = source.ids[source.at]
    source.at = source.at + 1
    if redis.call('EXISTS', jobKey(id)) == 0 then
      redis.call('ZREM', source.index, id)
      removed = removed + 1
      if removed == ${REMOVED_A_CALL} then return nil end
    elseif not seen[id] then
      seen[id] = true
      found[#found + 1] = id
    end
    put(source)
  end
  return found
end
local function indexesOf(kinds, states)
  local indexes = {}
  for _, kind in ipairs(kinds) do
    for _, state in ipairs(states) do indexes[#indexes + 1] = indexOf(kind, state) end
  end
  return indexes
end
`;

/**
 * ARGV: cursor or '', limit, type or '', states… Answers ids, newest first, one more than the limit if there are more; or 'again'. Ids of jobs that are
 * gone go, and types that are none.
 */
export const LIST = `${COMMON}${MERGE}
local cursor, limit = ARGV[1], tonumber(ARGV[2])
local kinds, isAgain = { ARGV[3] }, false
if ARGV[3] == '' then kinds, isAgain = kindsOf() end
if isAgain then return 'again' end
local found = merge(indexesOf(kinds, { unpack(ARGV, 4) }), limit + 1, function(a, b) return a > b end, function(index, last)
  last = last or cursor
  return redis.call('ZREVRANGEBYLEX', index, last == '' and '+' or '(' .. last, '-', 'LIMIT', 0, ${CHUNK})
end)
return found or 'again'
`;

/** ARGV: limit, types… Answers ids of their jobs that are not over, oldest first; or 'again'. Ids of jobs that are gone go. */
export const ACTIVE = `${COMMON}${MERGE}
local found = merge(indexesOf({ unpack(ARGV, 2) }, { 'pending', 'running' }), tonumber(ARGV[1]), function(a, b) return a < b end, function(index, last)
  return redis.call('ZRANGEBYLEX', index, last and '(' .. last or '-', '+', 'LIMIT', 0, ${CHUNK})
end)
return found or 'again'
`;

/** ARGV: type, state. Answers how many there are, without those that are past their retention: the earliest ends come first; or 'again'. */
export const COUNT = `${COMMON}
local kind, state = ARGV[1], ARGV[2]
if isFinal(state) then
  for removed = 1, ${REMOVED_A_CALL} do
    local member = redis.call('ZRANGE', stem .. ':expiry', 0, 0)[1]
    local id = member and string.match(member, '^%S+')
    if not member or id and redis.call('EXISTS', jobKey(id)) == 1 then break end
    drop(member)
    if removed == ${REMOVED_A_CALL} then return 'again' end
  end
end
return redis.call('ZCARD', indexOf(kind, state))
`;

/** ARGV: now. Takes what is past its retention off the lists. Answers 'again' if there may be more. */
export const EXPIRE = `${COMMON}
local gone = redis.call('ZRANGEBYSCORE', stem .. ':expiry', '-inf', ARGV[1], 'LIMIT', 0, ${REMOVED_A_CALL})
for _, member in ipairs(gone) do drop(member) end
return #gone == ${REMOVED_A_CALL} and 'again' or 'done'
`;
