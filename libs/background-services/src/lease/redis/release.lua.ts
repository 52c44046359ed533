/**
 * Gives leases up, or over to an heir, saves their ledger changes, and publishes each release from inside the step, so that no standby hears of it too early,
 * and all of them together. The lease goes first: a full Redis refuses a script whose first write needs memory, and the ledger with it.
 *
 * What an heir has is a lease without a term: it makes a token when it acquires the lease, and nobody renews it before.
 *
 * KEYS  for lease i: [3i-2] the lease, [3i-1] its token, [3i] its ledger
 * ARGV  [1] holder (instance id), [2] channel, then for each lease: token, heir or '', for how long it is the heir's in ms, number of ledger strings, field,
 *       value, …
 * Reply for each lease {1} or {0, holder or ''}
 */
export const RELEASE_LUA = `
local holder, channel = ARGV[1], ARGV[2]
local owned = {}
for i = 1, #KEYS, 3 do
  owned[#owned + 1] = KEYS[i]
  owned[#owned + 1] = KEYS[i + 1]
end
local values = redis.call('MGET', unpack(owned))
local replies = {}
local position = 3
for i = 1, #KEYS / 3 do
  local token, heir, ttl = ARGV[position], ARGV[position + 1], ARGV[position + 2]
  local size = tonumber(ARGV[position + 3])
  if values[2 * i - 1] == holder and values[2 * i] == token then
    redis.call('DEL', KEYS[3 * i - 2])
    if heir ~= '' then redis.call('SET', KEYS[3 * i - 2], heir, 'PX', ttl) end
    for first = position + 4, position + 3 + size, 1000 do
      redis.pcall('HSET', KEYS[3 * i], unpack(ARGV, first, math.min(first + 999, position + 3 + size)))
    end
    local notice = KEYS[3 * i - 2] .. '\\n' .. holder .. '\\n' .. token
    redis.pcall('PUBLISH', channel, heir == '' and notice or notice .. '\\n' .. heir)
    replies[i] = { 1 }
  else
    replies[i] = { 0, values[2 * i - 1] or '' }
  end
  position = position + 4 + size
end
return replies
`;
