/**
 * The last token that a node has accepted; what stands in its place and is no token of ours counts for nothing. Tokens are times, so one beyond
 * the last date is none of ours: believed, it would leave no room for the next ones.
 */
export const LAST_TOKEN_LUA = `
local function lastToken(key)
  local text = redis.call('MGET', key)[1]
  local token = text and string.match(text, '^%d+$') and tonumber(text) or 0
  return token < 8640000000000000 and token or 0
end
`;

/**
 * Writes ledger entries, ARGV[first] to ARGV[last] as field, stamped value, …, each only over an older one: a late command undoes nothing. HDEL, of a
 * field that nobody has, goes first: a full Redis refuses a script whose first write needs memory.
 */
export const SAVE_NEWER_LUA = `
local function stampOf(text)
  local token, turn = string.match(text, '^(%d+)%.(%d+) ')
  return tonumber(token) or 0, tonumber(turn) or 0
end
local function saveNewer(ledger, first, last)
  for start = first, last, 1000 do
    local finish = math.min(start + 999, last)
    local fields = {}
    for i = start, finish, 2 do fields[#fields + 1] = ARGV[i] end
    local current = redis.pcall('HMGET', ledger, unpack(fields))
    if current.err then
      redis.call('DEL', ledger)
      current = {}
    end
    local changes = {}
    for i = start, finish, 2 do
      local known = current[(i - start) / 2 + 1]
      local token, turn = stampOf(ARGV[i + 1])
      local knownToken, knownTurn = stampOf(known or '')
      if not known or token > knownToken or (token == knownToken and turn > knownTurn) then
        changes[#changes + 1] = ARGV[i]
        changes[#changes + 1] = ARGV[i + 1]
      end
    end
    if #changes > 0 then
      redis.call('HDEL', ledger, '')
      redis.call('HSET', ledger, unpack(changes))
    end
  end
end
`;
