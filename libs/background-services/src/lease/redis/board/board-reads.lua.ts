/*
 * What the board reads. Each script cuts or leaves out what is too long, so that it never travels: others can write to the store, too. What is
 * of another type reads as not there, except a ledger: what that says is unknown then. They write nothing, but for what is no id of a replica: that
 * is removed, because nobody who reads the others could name it.
 */

/**
 * KEYS  [1] the set of instance ids
 * ARGV  [1] how many are read, [2] the longest id
 * Reply the ids
 */
export const REPLICAS_LUA = `
local ids = redis.pcall('SRANDMEMBER', KEYS[1], ARGV[1])
if ids.err then return {} end
local found = {}
for _, id in ipairs(ids) do
  if #id <= tonumber(ARGV[2]) then found[#found + 1] = id
  else redis.pcall('SREM', KEYS[1], id) end
end
return found
`;

/**
 * KEYS  presences
 * ARGV  [1] the longest one, bytes, [2] how many bytes are read in all
 * Reply for each presence {pttl, text}, {pttl, false} if it is too long, or {-2} if there is none
 */
export const POSTINGS_LUA = `
local longest, left = tonumber(ARGV[1]), tonumber(ARGV[2])
local replies = {}
for i, key in ipairs(KEYS) do
  local text = redis.pcall('GET', key)
  if type(text) ~= 'string' then replies[i] = { -2 }
  elseif #text > longest or #text > left then replies[i] = { redis.call('PTTL', key), false }
  else
    left = left - #text
    replies[i] = { redis.call('PTTL', key), text }
  end
end
return replies
`;

/**
 * KEYS  for lease i: [3i-2] the lease, [3i-1] its token, [3i] its ledger
 * ARGV  [1] the longest value, bytes; then for each lease the number of fields and the fields
 * Reply for each lease {holder or false, pttl, token or false, 1, value or false for each field}; {…, 0} if its ledger is no hash
 */
export const LOOK_LUA = `
local longest = tonumber(ARGV[1])
local function text(key)
  local value = redis.pcall('GET', key)
  if type(value) == 'table' then return '(not a string)' end
  return value and string.sub(value, 1, 600)
end
local replies = {}
local position = 2
for i = 1, #KEYS, 3 do
  local reply = { text(KEYS[i]), redis.call('PTTL', KEYS[i]), text(KEYS[i + 1]), 1 }
  local size = tonumber(ARGV[position])
  for j = position + 1, position + size do
    local value = redis.pcall('HGET', KEYS[i + 2], ARGV[j])
    if type(value) == 'table' then
      reply[4] = 0
      value = false
    end
    reply[#reply + 1] = value and string.sub(value, 1, longest)
  end
  position = position + 1 + size
  replies[#replies + 1] = reply
end
return replies
`;

/**
 * KEYS  [1] the hash of commands
 * ARGV  [1] how many are read, [2] the longest one, [3] the longest id
 * Reply id, text, …; the text of one that is too long is empty
 */
export const ORDERS_LUA = `
local pairs = redis.pcall('HGETALL', KEYS[1])
if pairs.err then return {} end
local found = {}
for i = 1, #pairs, 2 do
  if #found >= 2 * tonumber(ARGV[1]) then break end
  if #pairs[i] <= tonumber(ARGV[3]) then
    found[#found + 1] = pairs[i]
    found[#found + 1] = #pairs[i + 1] <= tonumber(ARGV[2]) and pairs[i + 1] or ''
  end
end
return found
`;

/**
 * KEYS  [1] the list of notes
 * ARGV  [1] the last index, [2] the longest note
 * Reply the notes
 */
export const NOTES_LUA = `
local notes = redis.pcall('LRANGE', KEYS[1], 0, ARGV[1])
if notes.err then return {} end
local found = {}
for _, note in ipairs(notes) do
  if #note <= tonumber(ARGV[2]) then found[#found + 1] = note end
end
return found
`;

/**
 * KEYS  [1] a text
 * ARGV  [1] the longest one
 * Reply the text, or false
 */
export const TEXT_LUA = `
local text = redis.pcall('GET', KEYS[1])
return type(text) == 'string' and #text <= tonumber(ARGV[1]) and text
`;
