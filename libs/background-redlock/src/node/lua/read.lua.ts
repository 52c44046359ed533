/**
 * Reads the ledger as its holder, one entry or all.
 *
 * KEYS  [1] the lease, [2] its token, [3] its ledger
 * ARGV  [1] holder (instance id), [2] token, [3] the entry, if only one
 * Reply {1, ledger as field, stamped value, …} or {0, holder or ''}
 */
export const READ_LUA = `
local values = redis.call('MGET', KEYS[1], KEYS[2])
if values[1] ~= ARGV[1] or values[2] ~= ARGV[2] then return { 0, values[1] or '' } end
local found = {}
if ARGV[3] then
  local value = redis.pcall('HGET', KEYS[3], ARGV[3])
  if type(value) == 'string' then found = { ARGV[3], value } end
else
  local ledger = redis.pcall('HGETALL', KEYS[3])
  if not ledger.err then found = ledger end
end
return { 1, found }
`;
