import type { Heir, ReleaseRequest } from './lease-store.js';

/** For whom a lease is kept that is released. Nobody is the heir of oneself: a lease would be held under the token that was just given up. */
export function heirOf({ holder, heir }: ReleaseRequest): Heir | undefined {
  return heir && heir.holder !== holder && heir.holder !== '' && heir.ttl > 0 ? heir : undefined;
}
