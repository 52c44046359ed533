import type { Clock, Random } from '../lease/index.js';
import {
  LONGEST_RELEASE_SPREAD,
  RELEASE_SPREAD,
  RELEASE_SPREAD_GROWTH,
  RELEASE_SPREAD_PER_KEY,
} from './timing.js';

/**
 * When standbys try for leases that were released. There is one moment for all releases that are heard of until then: a leader that leaves gives
 * up many keys at once. The first one is tried for almost at once, unless its holder has many; if more keep coming, the next moments are further
 * apart.
 */
export class ReleaseWake {
  #at = -Infinity;
  #spread = RELEASE_SPREAD;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /**
   * The moment for a release that was heard of now, on the monotonic clock.
   * @param held counts the keys that its holder has, as far as this replica has seen
   */
  next(held: () => number): number {
    const now = this.clock.monotonic();
    if (this.#at >= now) return this.#at;
    const goesOn = now - this.#at < LONGEST_RELEASE_SPREAD;
    const spread = goesOn ? this.#spread * RELEASE_SPREAD_GROWTH : spreadOf(held());
    this.#spread = Math.min(spread, LONGEST_RELEASE_SPREAD);
    this.#at = now + (this.#spread * (1 + this.random())) / 2;
    return this.#at;
  }
}

function spreadOf(held: number): number {
  return RELEASE_SPREAD + RELEASE_SPREAD_PER_KEY * Math.max(0, held - 1);
}
