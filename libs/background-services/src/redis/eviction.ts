import type { RedisTrouble } from './redis-trouble.js';

/**
 * What is wrong with an eviction policy, read from `INFO memory`; `undefined`: nothing, or it is not known.
 * @param effect what happens when a full Redis removes keys
 */
export function evictionTrouble(info: string, address: string, effect: string): RedisTrouble | undefined {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy === undefined || policy === 'noeviction') return undefined;
  return {
    kind: 'eviction',
    reason: `The Redis at ${address} evicts keys when it is full (maxmemory-policy ${policy}): ${effect}`,
    cure: 'Set maxmemory-policy to noeviction, or use a Redis of its own',
  };
}
