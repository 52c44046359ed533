import { LAST_TOKEN_LUA } from './functions.lua.js';

/**
 * Gives this node's vote for leases to a holder, all in one atomic step: a vote is the lease itself on this node. No token yet: a holder
 * that is elected gets one through the grant.
 *
 * KEYS  for lease i: [3i-2] the lease, [3i-1] its token, [3i] its ledger
 * ARGV  [1] holder (instance id), [2] ttl in ms
 * Reply [node time in ms, then for each lease {1, last token or 0, ledger as field, stamped value, …} or {0, holder, pttl}]
 *
 * From this moment on the node refuses what the holder before it renews, records or releases. So what the ledger says here is final, unless
 * the vote is lost. PEXPIRE changes nothing: a full Redis refuses a script whose first write needs memory.
 */
export const VOTE_LUA = `
${LAST_TOKEN_LUA}
local holder, ttl = ARGV[1], ARGV[2]
local time = redis.call('TIME')
local leases = {}
for i = 1, #KEYS, 3 do leases[#leases + 1] = KEYS[i] end
local holders = redis.call('MGET', unpack(leases))
local replies = { time[1] * 1000 + math.floor(time[2] / 1000) }
for i, lease in ipairs(leases) do
  local current = holders[i] or redis.pcall('GET', lease)
  if type(current) == 'table' then current = '(not a string)' end
  if current and current ~= holder then
    replies[i + 1] = { 0, current, redis.call('PTTL', lease) }
  else
    redis.call('PEXPIRE', lease, ttl)
    redis.call('SET', lease, holder, 'PX', ttl)
    local ledger = redis.pcall('HGETALL', KEYS[3 * i])
    if ledger.err then
      redis.call('DEL', KEYS[3 * i])
      ledger = {}
    end
    replies[i + 1] = { 1, lastToken(KEYS[3 * i - 1]), ledger }
  end
end
return replies
`;
