import { inBackground } from '../../kit/index.js';
import {
  type Clock,
  elapsed,
  type HeldLease,
  type Instant,
  instant,
  type LeaseStore,
  type RenewReply,
  type Timer,
} from '../../lease/index.js';
import { limited } from '../limited.js';
import { type LeaseTiming, unknownRetryDelay } from '../timing.js';
import type { SharedLease } from './shared-lease.js';

export interface KeeperContext {
  readonly store: Pick<LeaseStore, 'renew'>;
  readonly clock: Clock;
  readonly timing: LeaseTiming;
  /** How long the event loop may be silent before its leases are left to expire, ms. */
  readonly stallLimit: number;
  /** When the event loop last answered, on the monotonic clock. */
  readonly lastPulse: () => number;
}

interface Kept {
  readonly lease: HeldLease;
  readonly shared: SharedLease;
}

/**
 * Renews what the event loop has not renewed in time. It stays behind the loop's own heartbeat: as long as that one comes, nothing is sent
 * twice.
 *
 * It keeps the rules that the heartbeat keeps: a lease whose renew deadline has passed is not renewed any more, a renewal counts from the
 * moment it was sent, and "not yours" ends it at once. And one more: once the loop has been silent for the stall limit, its leases are left
 * to expire, because a process that hangs must not lead for ever.
 */
export class Keeper {
  readonly #kept = new Map<string, Kept>();
  #timer: Timer | undefined;
  #renewing = false;

  constructor(private readonly context: KeeperContext) {}

  /** Looks after a lease until it is lost, dropped or past its deadline. A new term of a key takes the place of the old one. */
  keep(lease: HeldLease, shared: SharedLease): void {
    this.#kept.set(lease.key, { lease, shared });
    this.#look();
  }

  close(): void {
    this.#timer?.cancel();
    this.#kept.clear();
  }

  #look(): void {
    const { clock, timing } = this.context;
    const now = instant(clock);
    let oldest = -Infinity;
    for (const [key, { shared }] of this.#kept) {
      const age = elapsed(shared.confirmed, now);
      if (!shared.isKept || age >= timing.renewDeadline) this.#kept.delete(key);
      else oldest = Math.max(oldest, age);
    }
    // A renewal under way looks again when it is over.
    if (this.#renewing) return;
    if (oldest < this.#patience) this.#lookAgainIn(this.#patience - oldest);
    else inBackground(this.#renew());
  }

  /** How old a confirmation may get before it looks as if the loop were late with the next one. */
  get #patience(): number {
    const { renewInterval, renewDeadline } = this.context.timing;
    return renewInterval + (renewDeadline - renewInterval) / 4;
  }

  #lookAgainIn(delay: number): void {
    this.#timer?.cancel();
    if (this.#kept.size > 0) this.#timer = this.context.clock.setTimeout(() => this.#look(), delay);
  }

  async #renew(): Promise<void> {
    const { store, clock, timing, stallLimit, lastPulse } = this.context;
    const sentAt = instant(clock);
    if (sentAt.monotonic - lastPulse() <= stallLimit) {
      const due = [...this.#kept.values()].filter(
        ({ shared }) => elapsed(shared.confirmed, sentAt) >= timing.renewInterval / 2,
      );
      const requests = due.map(({ lease }) => ({ ...lease, ttl: timing.ttl, ledger: {} }));
      this.#renewing = true;
      try {
        const replies = await limited(clock, timing, () => store.renew(requests));
        due.forEach(({ shared }, i) => this.#read(replies[i], shared, sentAt));
      } catch {
        // What cannot be told is tried again, until the deadline.
      }
      this.#renewing = false;
    }
    this.#lookAgainIn(unknownRetryDelay(timing));
  }

  #read(reply: RenewReply | undefined, shared: SharedLease, sentAt: Instant): void {
    const { clock, timing } = this.context;
    const isOver = elapsed(shared.confirmed, instant(clock)) >= timing.renewDeadline;
    if (reply?.outcome === 'renewed' && !isOver) shared.confirm(sentAt);
    if (reply?.outcome === 'lost') shared.lose();
  }
}
