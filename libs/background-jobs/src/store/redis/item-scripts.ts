import { BYTES_A_CALL, ITEM_INDEX, ITEMS_A_CALL, NODES_A_CALL } from './item-index.js';
import { COMMON } from './script-common.js';

/**
 * ARGV: id, run, now, how many are listed already, '1' if these are the last, then key, whether there is a payload, payload, …
 * Answers 0: lost, the job after the last ones, or 1. A part that is sent again, because its answer was lost, is listed once.
 */
export const LIST_ITEMS = `${COMMON}
local id, run, now, from, last = unpack(ARGV, 1, 5)
if not runs(id, run) then return 0 end
if redis.call('HGET', jobKey(id), 'total') == '' then
  local order, payload, ledger = itemsOf(id)
  if from == '0' then redis.call('UNLINK', order, payload, ledger) end
  if redis.call('LLEN', order) == tonumber(from) then
    for i = 6, #ARGV, 3 do
      redis.call('RPUSH', order, ARGV[i])
      redis.call('HSET', ledger, ARGV[i], '')
      if ARGV[i + 1] == '1' then redis.call('HSET', payload, ARGV[i], ARGV[i + 2]) end
    end
  end
  if last == '1' then
    local total = redis.call('LLEN', order)
    redis.call('UNLINK', bitmapsOf(id))
    if total > 0 then
      local rest = total % 8
      local tail = rest > 0 and string.char(256 - 2 ^ (8 - rest)) or ''
      redis.call('SET', bitsOf(id, 'pending'), string.rep('\\255', math.floor(total / 8)) .. tail)
    end
    change(id, now, 'total', total, 'indexing', total, 'indexed', 0)
    tell(id)
  end
end
return last == '1' and read(id) or 1
`;

/**
 * ARGV: id, run, first position. Answers 0: lost, or [the position after these, how many of them the ledger does not have, keys, payloads, positions] of a
 * part of what is left to do.
 */
export const PENDING = `${COMMON}
local id, run, from = ARGV[1], ARGV[2], tonumber(ARGV[3])
if not runs(id, run) then return 0 end
local order, payload, ledger = itemsOf(id)
local part = redis.call('LRANGE', order, from, from + ${ITEMS_A_CALL - 1})
local keys, payloads, positions, missing, bytes, at = {}, {}, {}, 0, 0, from
for _, key in ipairs(part) do
  if bytes > ${BYTES_A_CALL} then break end
  at = at + 1
  bytes = bytes + #key
  local length = redis.call('HSTRLEN', ledger, key)
  if length == 0 then
    if redis.call('HEXISTS', ledger, key) == 0 then
      missing = missing + 1
    else
      keys[#keys + 1] = key
      positions[#keys] = at - 1
      payloads[#keys] = redis.call('HGET', payload, key)
      bytes = bytes + #(payloads[#keys] or '')
    end
  end
end
return { at, missing, keys, payloads, positions }
`;

/**
 * ARGV: id, run, key, outcome as JSON, what it is counted as, now, its status, its position or ''.
 * Answers [total, completed, failed, skipped, cancelRequestedAt, revision], or 0: lost.
 */
export const SETTLE = `${COMMON}${ITEM_INDEX}
local id, run, key, outcome, counted, now, status, position = unpack(ARGV)
if not runs(id, run) then return 0 end
local order, _, ledger = itemsOf(id)
if redis.call('HGET', ledger, key) == '' then
  redis.call('HSET', ledger, key, outcome)
  redis.call('HINCRBY', jobKey(id), counted, 1)
  change(id, now)
  if position ~= '' and redis.call('LINDEX', order, position) == key then mark(id, tonumber(position), 'pending', status, 1) end
end
return redis.call('HMGET', jobKey(id), 'total', 'completed', 'failed', 'skipped', 'cancelRequestedAt', 'revision')
`;

/**
 * ARGV: id, first position, now. Puts the failed ones of a part of a job that is over back to pending. Answers the position after that part, or -1:
 * there is no more, or it is not over.
 */
export const RETRY_PART = `${COMMON}${ITEM_INDEX}
local id, from, now = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local v = redis.call('HMGET', jobKey(id), 'state', 'failed')
if not isFinal(v[1]) then return -1 end
local order, _, ledger = itemsOf(id)
local part, at = partOf(order, from), from
local failed, bytes = 0, 0
for _, key in ipairs(part) do
  if bytes > ${BYTES_A_CALL} then break end
  if redis.call('HSTRLEN', ledger, key) > 0 then
    local outcome = outcomeOf(ledger, key)
    bytes = bytes + #outcome
    if statusOf(outcome) == 'failed' then
      redis.call('HSET', ledger, key, '')
      mark(id, at, 'failed', 'pending', -1)
      failed = failed + 1
    end
  end
  at = at + 1
  bytes = bytes + #key
end
if failed > 0 then change(id, now, 'failed', math.max(0, (tonumber(v[2]) or 0) - failed)) end
return #part == 0 and -1 or at
`;

/**
 * ARGV: id, status or '', first position, limit, '1': whether the index is whole or not. Answers 0: no such job, 'index': the index has to be built
 * first, or [next position or -1, key, outcome or '', …].
 */
export const ITEMS = `${COMMON}${ITEM_INDEX}
local id, status, from, limit, anyway = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
if not isThere(id) then return 0 end
local order, _, ledger = itemsOf(id)
local page, bytes = { -1 }, 0
if status == '' then
  for i, key in ipairs(redis.call('LRANGE', order, from, from + limit)) do
    if i > limit or bytes > ${BYTES_A_CALL} then
      page[1] = from + i - 1
      return page
    end
    local outcome = outcomeOf(ledger, key) or ''
    bytes = bytes + #key + #outcome
    page[#page + 1] = key
    page[#page + 1] = outcome
  end
  return page
end
if redis.call('HGET', jobKey(id), 'total') == '' then return page end
if anyway ~= '1' and not isIndexed(id) then return 'index' end
-- What is looked at is bounded, and so is what a bitmap that somebody wrote can say.
local most = math.min(limit, ${ITEMS_A_CALL})
local positions, total = positionsOf(bitsOf(id, status), from, most + 1), redis.call('LLEN', order)
local keys, first, nodes = {}, 0, 0
for i, position in ipairs(positions) do
  if position >= total then return page end
  if i > most or bytes > ${BYTES_A_CALL} or nodes > ${NODES_A_CALL} then
    page[1] = position
    return page
  end
  if not keys[position - first + 1] then
    -- Those that stand close together are found at once.
    local last = i
    while positions[last + 1] and positions[last + 1] < position + 32 do last = last + 1 end
    keys, first = redis.call('LRANGE', order, position, positions[last]), position
    nodes = nodes + math.min(position, total - position) * (#keys[1] + 8) / 8192
  end
  local key = keys[position - first + 1]
  local outcome = outcomeOf(ledger, key) or ''
  bytes = bytes + #key + #outcome
  if statusOf(outcome) == status then
    page[#page + 1] = key
    page[#page + 1] = outcome
  end
end
return page
`;

/** ARGV: id. Builds the next part of the index of its items, from its beginning if it was built but is not right. Answers 1: it is done, or 0. */
export const INDEX_PART = `${COMMON}${ITEM_INDEX}
local id = ARGV[1]
if not isThere(id) then return 1 end
local v = redis.call('HMGET', jobKey(id), 'total', 'indexing', 'indexed', 'indexedFrom')
local total, from, indexed = tonumber(v[1]), tonumber(v[2]), tonumber(v[3])
if not total or isIndexed(id) then return 1 end
if not from or not indexed or from < 0 or from >= total then
  redis.call('UNLINK', bitmapsOf(id))
  redis.call('HSET', jobKey(id), 'indexedFrom', settledOf(id))
  from, indexed, v[4] = 0, 0, settledOf(id)
end
local order, _, ledger = itemsOf(id)
local part, at, bytes = partOf(order, from), from, 0
for _, key in ipairs(part) do
  if bytes > ${BYTES_A_CALL} then break end
  local outcome = outcomeOf(ledger, key) or ''
  local status = statusOf(outcome)
  redis.call('SETBIT', bitsOf(id, status), at, 1)
  if status ~= 'pending' then indexed = indexed + 1 end
  at = at + 1
  bytes = bytes + #key + #outcome
end
if #part == 0 or at >= total then
  -- If nothing changed meanwhile, what the counts say beyond this is nowhere to be found: it is not looked for at every page.
  if tonumber(v[4]) == settledOf(id) then indexed = settledOf(id) end
  redis.call('HSET', jobKey(id), 'indexing', v[1], 'indexed', indexed)
  return 1
end
redis.call('HSET', jobKey(id), 'indexing', at, 'indexed', indexed)
return 0
`;
