/**
 * Gives a lease up, saves its ledger changes, and publishes the release from inside the step, so that no standby hears of it too early.
 *
 * KEYS  [1] the lease, [2] its token, [3] its ledger
 * ARGV  [1] holder (instance id), [2] token, [3] channel, then field, value, … of the ledger
 * Reply {1} or {0, holder or ''}
 */
export const RELEASE_LUA = `
local values = redis.call('MGET', KEYS[1], KEYS[2])
if values[1] ~= ARGV[1] or values[2] ~= ARGV[2] then return { 0, values[1] or '' } end
for first = 4, #ARGV, 1000 do redis.pcall('HSET', KEYS[3], unpack(ARGV, first, math.min(first + 999, #ARGV))) end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[3], KEYS[1] .. '\\n' .. ARGV[1] .. '\\n' .. ARGV[2])
return { 1 }
`;
