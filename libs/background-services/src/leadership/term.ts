import { abortController } from '../kit/index.js';
import { LeadershipLostError, type RevocationReason } from '../errors/index.js';
import { type Clock, elapsed, type Instant, instant } from '../lease/index.js';
import type { KeptLease } from './keeper/index.js';

/**
 * One unbroken period of leading, with one fencing token that is captured here and never read again.
 *
 * `isLive()` is computed from the clocks at every call. The deadline counts from the moment the last confirmed command was *sent*, because
 * the store's own TTL started at the latest when it ran. A term that was once seen past its deadline stays dead, whatever a late reply or
 * a clock that is set back may say.
 *
 * It ends in this order: `closeGate()` (no iteration starts any more), `abort()` (running work is told), then its owner drains and
 * releases.
 */
export class Term {
  /** Made when somebody asks for it: of ten thousand terms, most end without. */
  #abort: AbortController | undefined;
  #ended: RevocationReason | undefined;
  #confirmed: Instant;
  #store: { readonly time: number; readonly at: number };
  #gate: 'open' | 'closed' = 'open';

  constructor(
    readonly key: string,
    readonly holder: string,
    readonly fencingToken: number,
    private readonly clock: Clock,
    private readonly renewDeadline: number,
    sentAt: Instant,
    storeTime: number,
    private readonly kept?: KeptLease,
  ) {
    this.#confirmed = sentAt;
    this.#store = { time: storeTime, at: this.#midway(sentAt) };
  }

  /** Aborts when the term ends, at the latest at the renew deadline; its reason is a `LeadershipLostError`. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = abortController();
      if (this.#ended) this.#abort.abort(this.lostError(this.#ended));
    }
    return this.#abort.signal;
  }

  /** Whether an iteration may start now. */
  isLive(now: Instant = instant(this.clock)): boolean {
    if (this.#gate === 'open' && (this.isLost || this.remaining(now) <= 0)) this.#gate = 'closed';
    return this.#gate === 'open';
  }

  /** Whether a keeper was told that the lease is not ours any more. */
  get isLost(): boolean {
    return this.kept?.isLost ?? false;
  }

  /** Milliseconds to the renew deadline; not positive once it has passed. */
  remaining(now: Instant): number {
    return this.renewDeadline - elapsed(this.#lastConfirmed(), now);
  }

  /** The store's time as of now, ms since the epoch: independent of steps of this machine's wall clock. */
  storeNow(): number {
    return this.#store.time + (this.clock.monotonic() - this.#store.at);
  }

  /** Takes a confirmed renewal into account. Returns whether the term still lives; a dead one is not revived. */
  confirm(sentAt: Instant, storeTime: number): boolean {
    if (!this.isLive()) return false;
    if (sentAt.monotonic > this.#confirmed.monotonic) this.#confirmed = sentAt;
    this.kept?.confirm(sentAt);
    this.#store = { time: storeTime, at: this.#midway(sentAt) };
    return true;
  }

  /** @throws LeadershipLostError if the term has ended. */
  assertLive(): void {
    if (this.isLive()) return;
    const { reason } = this.signal as { reason: unknown };
    throw reason instanceof LeadershipLostError ? reason : this.lostError(this.isLost ? 'lost' : 'deadline');
  }

  /** A keeper stops renewing the lease. */
  drop(): void {
    this.kept?.drop();
  }

  closeGate(): void {
    this.#gate = 'closed';
  }

  abort(reason: RevocationReason): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#abort?.abort(this.lostError(reason));
  }

  #lastConfirmed(): Instant {
    const kept = this.kept?.confirmed;
    return kept && kept.monotonic > this.#confirmed.monotonic ? kept : this.#confirmed;
  }

  /** The store read its clock between the sending and now: halfway is the best guess (Cristian's algorithm). */
  #midway(sentAt: Instant): number {
    return (sentAt.monotonic + this.clock.monotonic()) / 2;
  }

  private lostError(reason: RevocationReason): LeadershipLostError {
    return new LeadershipLostError(this.key, this.fencingToken, reason);
  }
}
