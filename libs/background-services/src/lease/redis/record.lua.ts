/**
 * Writes one ledger entry under the fencing token, compare-and-set on request. Writing what is there already succeeds, so that a lost
 * reply can be asked for again.
 *
 * KEYS  [1] the lease, [2] its token, [3] its ledger
 * ARGV  [1] holder (instance id), [2] token, [3] field, [4] value, [5] 'any', 'absent' or 'equals', [6] the expected value for 'equals'
 * Reply {1}, {0, holder or ''} if the lease is not the caller's, or {2, current value or false} on a conflict
 */
export const RECORD_LUA = `
local holder = redis.pcall('GET', KEYS[1])
if type(holder) ~= 'string' then holder = '' end
if holder ~= ARGV[1] or redis.call('GET', KEYS[2]) ~= ARGV[2] then return { 0, holder } end
if ARGV[5] ~= 'any' then
  local current = redis.call('HGET', KEYS[3], ARGV[3])
  local matches = (ARGV[5] == 'absent' and not current) or (ARGV[5] == 'equals' and current == ARGV[6])
  if not matches and current ~= ARGV[4] then return { 2, current } end
end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
return { 1 }
`;
