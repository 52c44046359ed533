/**
 * Prolongs leases and saves their ledger changes, all in one atomic step. Never creates a lease.
 *
 * KEYS  for lease i: [3i-2] the lease, [3i-1] its token, [3i] its ledger
 * ARGV  [1] holder (instance id), [2] ttl in ms, then for each lease: token, number of ledger strings, field, value, …
 * Reply [store time in ms, then for each lease {1} or {0, holder or ''}]
 */
export const RENEW_LUA = `
local holder, ttl = ARGV[1], ARGV[2]
local time = redis.call('TIME')
local owned = {}
for i = 1, #KEYS, 3 do
  owned[#owned + 1] = KEYS[i]
  owned[#owned + 1] = KEYS[i + 1]
end
local values = redis.call('MGET', unpack(owned))
local replies = { time[1] * 1000 + math.floor(time[2] / 1000) }
local position = 3
for i = 1, #KEYS / 3 do
  local token, size = ARGV[position], tonumber(ARGV[position + 1])
  if values[2 * i - 1] == holder and values[2 * i] == token then
    redis.call('PEXPIRE', KEYS[3 * i - 2], ttl)
    for first = position + 2, position + 1 + size, 1000 do
      redis.pcall('HSET', KEYS[3 * i], unpack(ARGV, first, math.min(first + 999, position + 1 + size)))
    end
    replies[i + 1] = { 1 }
  else
    replies[i + 1] = { 0, values[2 * i - 1] or '' }
  end
  position = position + 2 + size
end
return replies
`;
