import { SAVE_NEWER_LUA } from './functions.lua.js';

/**
 * Writes a ledger entry as its holder, unless a newer one is there.
 *
 * KEYS  [1] the lease, [2] its token, [3] its ledger
 * ARGV  [1] holder (instance id), [2] token, [3] field, [4] stamped value
 * Reply {1} or {0, holder or ''}
 */
export const WRITE_LUA = `
${SAVE_NEWER_LUA}
local values = redis.call('MGET', KEYS[1], KEYS[2])
if values[1] ~= ARGV[1] or values[2] ~= ARGV[2] then return { 0, values[1] or '' } end
saveNewer(KEYS[3], 3, 4)
return { 1 }
`;
