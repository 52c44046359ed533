/**
 * Writes one ledger entry under the fencing token, compare-and-set on request. Writing what is there already succeeds, so that a lost
 * reply can be asked for again. What stands in the ledger's place and is no hash counts for nothing. HDEL, of a field that nobody has, goes
 * before the first write that needs memory: otherwise a full Redis refuses the script.
 *
 * KEYS  [1] the lease, [2] its token, [3] its ledger
 * ARGV  [1] holder (instance id), [2] token, [3] field, [4] value, [5] 'any', 'absent' or 'equals', [6] the expected value for 'equals'
 * Reply {1}, {0, holder or ''} if the lease is not the caller's, or {2, current value or false} on a conflict
 */
export const RECORD_LUA = `
local values = redis.call('MGET', KEYS[1], KEYS[2])
if values[1] ~= ARGV[1] or values[2] ~= ARGV[2] then return { 0, values[1] or '' } end
local current = redis.pcall('HGET', KEYS[3], ARGV[3])
if type(current) == 'table' then
  redis.call('DEL', KEYS[3])
  current = false
end
local matches = ARGV[5] == 'any' or (ARGV[5] == 'absent' and not current) or (ARGV[5] == 'equals' and current == ARGV[6])
if not matches and current ~= ARGV[4] then return { 2, current } end
redis.call('HDEL', KEYS[3], '')
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
return { 1 }
`;
