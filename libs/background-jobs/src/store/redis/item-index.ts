/*
 * Items by status: a bitmap each, in which a bit stands for a position of the order, so that a page of failed items is found without a look at all
 * the others. It is derived from the ledger, and whole as long as `indexed` of the job's hash, the number of settled items that the bitmaps know, is
 * that of the counts. An older version of this package settles without a look at it; then, and for jobs of such a version, it is built anew,
 * in parts, when it is asked for. `indexing`: the position up to which it is built.
 */

/** Items that a script looks at, at most. With the bytes below this makes 1 to 3 ms of Redis' time. */
export const ITEMS_A_CALL = 250;
/** Bytes of keys, payloads and outcomes after which a part ends. */
export const BYTES_A_CALL = 128 * 1_024;
/**
 * Nodes of the order's list that looking up single positions may pass by. Redis finds a position from the nearer end, node by node, and one holds
 * 8 KB: with long keys there are 100,000 of them on the way to the middle.
 */
export const NODES_A_CALL = 100_000;
/** Longest outcome of ours is about 5,000 bytes. What is longer is not read. */
const LONGEST_OUTCOME = 16 * 1_024;
/** Bytes of a bitmap that are looked through: 10,000,000 items. */
const LONGEST_BITMAP = 1_250_000;

/** Comes after `COMMON`. */
export const ITEM_INDEX = `
local function statusOf(outcome)
  if outcome == '' then return 'pending' end
  local status = string.match(outcome, '^{"status":"(%a+)"')
  return (status == 'done' or status == 'skipped') and status or 'failed'
end
local function outcomeOf(ledger, key)
  if redis.call('HSTRLEN', ledger, key) > ${LONGEST_OUTCOME} then return '!' end
  return redis.call('HGET', ledger, key)
end
local function partOf(order, from)
  return redis.call('LRANGE', order, from, from + ${ITEMS_A_CALL - 1})
end
local function settledOf(id)
  local v = redis.call('HMGET', jobKey(id), 'completed', 'failed', 'skipped')
  return (tonumber(v[1]) or 0) + (tonumber(v[2]) or 0) + (tonumber(v[3]) or 0)
end
local function isIndexed(id)
  local v = redis.call('HMGET', jobKey(id), 'indexed', 'indexing', 'total')
  if not v[2] or v[2] ~= v[3] then return false end
  return tonumber(v[1]) == settledOf(id) and (v[3] == '0' or redis.call('EXISTS', bitmapsOf(id)) > 0)
end
local function mark(id, position, from, to, settled)
  redis.call('SETBIT', bitsOf(id, from), position, 0)
  redis.call('SETBIT', bitsOf(id, to), position, 1)
  -- What lies further on is counted when the index gets there.
  if position < (tonumber(redis.call('HGET', jobKey(id), 'indexing') or '') or 0) then
    redis.call('HINCRBY', jobKey(id), 'indexed', settled)
  end
end
local function positionsOf(key, from, most)
  local found, at = {}, math.floor(from / 8)
  while #found < most and at <= ${LONGEST_BITMAP} do
    local first = redis.call('BITPOS', key, 1, at, ${LONGEST_BITMAP})
    if first < 0 then break end
    at = math.floor(first / 8)
    local bytes = redis.call('GETRANGE', key, at, at + 31)
    for i = 1, #bytes do
      local byte = string.byte(bytes, i)
      for b = 0, byte == 0 and -1 or 7 do
        local position = (at + i - 1) * 8 + b
        if bit.band(byte, bit.rshift(128, b)) ~= 0 and position >= from and #found < most then found[#found + 1] = position end
      end
    end
    at = at + 32
  end
  return found
end
`;
