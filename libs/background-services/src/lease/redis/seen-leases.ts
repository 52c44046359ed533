import { show } from '../../errors/index.js';
import type { RedisTrouble } from '../../redis/index.js';
import type { AcquireReply } from '../lease-store.js';

/** Instance ids end with the random suffix of their boot; `DISABLED` and what operators write do not. */
const REPLICA = /-[0-9a-f]{8}$/;

/**
 * Notices that a Redis has lost its data: a lease that was led, as this replica has seen, and whose token is gone. Redis was restarted
 * without a file, emptied, or has evicted it. Nothing else tells: the token rises by the clock, and an empty ledger looks like a new worker's.
 */
export class SeenLeases {
  readonly #seen = new Set<string>();

  constructor(private readonly onLoss: (loss: RedisTrouble) => void) {}

  /** @param withoutToken the places of leases that were granted and had no token */
  note(
    leases: readonly { readonly key: string }[],
    replies: readonly AcquireReply[],
    withoutToken: readonly number[],
  ): void {
    const lost = withoutToken.map((place) => leases[place]!.key).filter((key) => this.#seen.has(key));
    replies.forEach((reply, i) => {
      // An operator who keeps everybody off a lease that was never led, under whatever name, has made no token.
      const isLed = reply.outcome === 'acquired' || (reply.outcome === 'held' && REPLICA.test(reply.holder));
      if (isLed) this.#seen.add(leases[i]!.key);
    });
    const [first, ...others] = lost;
    if (first === undefined) return;
    const which = others.length === 0 ? show(first) : `${show(first)} and ${others.length} more`;
    this.onLoss({
      kind: 'data-loss',
      reason:
        `Redis has lost the token and the ledger of ${which} (restarted without a file, emptied, or evicted): ` +
        'cron slots that came due meanwhile are not made up for, intervals begin anew, and pauses are forgotten. Fencing tokens still rise',
      cure: 'Turn on appendonly, and set maxmemory-policy to noeviction',
    });
  }
}
