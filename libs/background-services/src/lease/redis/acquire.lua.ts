/**
 * Tries to get leases, all in one atomic step.
 *
 * KEYS  for lease i: [3i-2] the lease, [3i-1] its token, [3i] its ledger
 * ARGV  [1] holder (instance id), [2] ttl in ms, [2+i] token floor of lease i
 * Reply [store time in ms, then for each lease {1, token, ledger as field, value, …, token before} or {0, holder, pttl}]
 *
 * The token is written before the lease, so that no failure between the two can leave a lease without one. A lease that is the caller's
 * already (its reply was lost) is granted again with a new token. The token is floored by the store's time, so it rises even where a
 * failover or FLUSHALL lost the last one; what stands in its place and is no token of ours counts for nothing. Tokens are times, so one beyond the
 * last date is none of ours: believed, it would leave no room for the next ones.
 *
 * PEXPIRE goes first, though it changes nothing: when memory is full, Redis refuses a script whose first write needs memory, and lets one go on
 * that has begun with another. So there is a successor on a full Redis too.
 *
 * MGET keeps an attempt at leases that others hold, which is most of them, cheap; where it finds nothing, GET tells a key of another type
 * from a free one.
 */
export const ACQUIRE_LUA = `
local holder, ttl = ARGV[1], ARGV[2]
local lastDate = 8640000000000000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local leases = {}
for i = 1, #KEYS, 3 do leases[#leases + 1] = KEYS[i] end
local holders = redis.call('MGET', unpack(leases))
local replies = { now }
for i, lease in ipairs(leases) do
  local current = holders[i] or redis.pcall('GET', lease)
  if type(current) == 'table' then current = '(not a string)' end
  if current and current ~= holder then
    replies[i + 1] = { 0, current, redis.call('PTTL', lease) }
  else
    local tokenKey, ledgerKey = KEYS[3 * i - 1], KEYS[3 * i]
    local previous = redis.call('MGET', tokenKey)[1]
    previous = previous and string.match(previous, '^%d+$') and tonumber(previous) or 0
    if previous >= lastDate then previous = 0 end
    local token = math.max(previous + 1, tonumber(ARGV[2 + i]) + 1, now)
    redis.call('PEXPIRE', lease, ttl)
    redis.call('SET', tokenKey, string.format('%.0f', token))
    redis.call('SET', lease, holder, 'PX', ttl)
    local ledger = redis.pcall('HGETALL', ledgerKey)
    if ledger.err then
      redis.call('DEL', ledgerKey)
      ledger = {}
    end
    replies[i + 1] = { 1, token, ledger, previous }
  end
end
return replies
`;
