/** The last token that a node has accepted; what stands in its place and is no token of ours counts for nothing. */
export const LAST_TOKEN_LUA = `
local function lastToken(key)
  local text = redis.call('MGET', key)[1]
  local token = text and string.match(text, '^%d+$') and tonumber(text) or 0
  return token < 9007199254740991 and token or 0
end
`;

/** Writes ledger entries, ARGV[first] to ARGV[last] as field, stamped value, …, each only over an older one: a late command undoes nothing. */
export const SAVE_NEWER_LUA = `
local function stampOf(text)
  local token, turn = string.match(text, '^(%d+)%.(%d+) ')
  return tonumber(token) or 0, tonumber(turn) or 0
end
local function saveNewer(ledger, first, last)
  for i = first, last, 2 do
    local current = redis.pcall('HGET', ledger, ARGV[i])
    if type(current) == 'table' then
      redis.call('DEL', ledger)
      current = false
    end
    local isNewer = not current
    if current then
      local token, turn = stampOf(ARGV[i + 1])
      local currentToken, currentTurn = stampOf(current)
      isNewer = token > currentToken or (token == currentToken and turn > currentTurn)
    end
    if isNewer then redis.call('HSET', ledger, ARGV[i], ARGV[i + 1]) end
  end
end
`;
