/**
 * Says that a member is there, and tells who else is.
 *
 * KEYS  [1] the hash of members: id → `until|text`, where `until` is in ms since the epoch
 * ARGV  [1] id, [2] text, [3] how long it is there, ms, [4] how many are read, [5] the longest text, bytes, [6] the longest id
 * Reply id, text, …; the caller's own first
 *
 * What is over, or was not written by this script, is removed. The hash lives for longer than its members, so that its TTL need not be set each time
 * (about every eighth time will do), and a fleet that is gone leaves nothing.
 *
 * Something of another type may stand in the place of the hash: no member wrote that, it keeps all of them from being seen, and so it is removed. A full Redis
 * refuses a script whose first write needs memory: HDEL, of a field that nobody has, needs none. Any other error (a right that is missing) removes nothing.
 */
export const MEMBERS_LUA = `
local key, id, ttl, most = KEYS[1], ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local own = string.format('%.0f', now + ttl) .. '|' .. ARGV[2]
local added = redis.pcall('HSET', key, id, own)
if type(added) == 'table' and added.err then
  if string.find(added.err, 'WRONGTYPE', 1, true) then redis.call('DEL', key)
  else redis.call('HDEL', key, '') end
  added = redis.call('HSET', key, id, own)
end
if added == 1 or time[2] % 8 == 0 then redis.call('PEXPIRE', key, 64 * ttl) end
local found = {}
local function add(member, value)
  local till, at = string.match(value, '^(%d+)|()')
  if not till or tonumber(till) <= now then redis.call('HDEL', key, member)
  elseif #found < 2 * most and #value - at < tonumber(ARGV[5]) and #member <= tonumber(ARGV[6]) then
    found[#found + 1] = member
    found[#found + 1] = string.sub(value, at)
  end
end
add(id, own)
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  if all[i] ~= id then add(all[i], all[i + 1]) end
end
return found
`;
