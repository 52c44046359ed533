import type { RedisTrouble } from '../redis/index.js';

/** What works in a store, and not as it should, in one line, with what to do about it. Leases can be led all the same. */
export interface StoreWarning {
  /**
   * `eviction`: keys may be evicted. `channels`: hand-overs are not heard of at once. `command`, `keys`: the fleet's view lacks a right.
   * `data-loss`: the store has forgotten what was recorded.
   */
  readonly kind: RedisTrouble['kind'];
  readonly reason: string;
  /** Empty where nothing is known that helps. */
  readonly cure: string;
  /** Since when, of this process's wall clock, ms since the epoch. */
  readonly since: number;
}
