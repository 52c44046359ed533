/**
 * Frees a lease if it has this holder, and publishes that as a release.
 *
 * KEYS  [1] the lease, [2] its token, [3] its ledger (not used)
 * ARGV  [1] holder, [2] channel
 * Reply 1 or 0
 */
export const FREE_LUA = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[2], KEYS[1] .. '\\n' .. ARGV[1])
return 1
`;
