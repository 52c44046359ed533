import { type Clock, type Instant, instant, type StoreWarning } from '../lease/index.js';
import { isUnknown } from './limited.js';
import type { LeaseTiming } from './timing.js';

interface Failing {
  readonly error: Error;
  /** How long it has failed, ms. */
  readonly failingFor: number;
  /** Of this replica's wall clock. */
  readonly since: Date;
  /** The keys whose last command failed. */
  readonly keys: readonly string[];
}

/**
 * What the lease store has answered this replica.
 *
 * - `untried`: no command has ended yet.
 * - `reachable`: it answered the last command for every key.
 * - `failing`: it did not answer for some keys, and has answered for some within the last renewals.
 * - `unreachable`: it has answered no command at all for longer than that, or never.
 */
export type StoreState = { readonly state: 'untried' } | { readonly state: 'reachable' } | StoreFault;

/** Why the store does not answer. */
export type StoreFault = { readonly state: 'failing' | 'unreachable' } & Failing;

interface Failure {
  readonly error: Error;
  readonly since: Instant;
  readonly at: number;
}

/** Keeps account of whether the lease store answers, from what the heartbeat sends anyway. An answered command costs no more than a note. */
export class StoreWatch {
  /** A renewal and a try of a standby fit into it: a store that answers one key and refuses another has answered within it. */
  readonly #patience: number;
  readonly #failures = new Map<string, Failure>();
  #answeredAt: number | undefined;
  #failedSince: Instant | undefined;

  constructor(
    private readonly clock: Clock,
    { renewInterval, retryInterval, jitter }: LeaseTiming,
    private readonly warningsOfStore: () => readonly StoreWarning[] = () => [],
  ) {
    this.#patience = 1.5 * Math.max(renewInterval, retryInterval * (1 + jitter));
  }

  /** What works, and not as it should, as the store itself says. */
  get warnings(): readonly StoreWarning[] {
    return this.warningsOfStore();
  }

  /** What is more than a hiccup: it answers nothing, or has failed for some keys for longer than renewals take. */
  get fault(): StoreFault | undefined {
    const state = this.state;
    if (state.state === 'unreachable') return state;
    return state.state === 'failing' && state.failingFor > this.#patience ? state : undefined;
  }

  /** Takes in the replies to one batch of commands. */
  note(
    requests: readonly { readonly key: string }[],
    replies: readonly { readonly outcome: string }[],
  ): void {
    const now = instant(this.clock);
    let isAnswered = false;
    for (const [i, reply] of replies.entries()) {
      const key = requests[i]?.key;
      if (key === undefined) break;
      if (isUnknown(reply)) {
        const since = this.#failures.get(key)?.since ?? now;
        this.#failures.set(key, { error: reply.error, since, at: now.monotonic });
      } else {
        isAnswered = true;
        if (this.#failures.size > 0) this.#failures.delete(key);
      }
    }
    if (isAnswered) {
      this.#answeredAt = now.monotonic;
      this.#failedSince = undefined;
    } else if (requests.length > 0) this.#failedSince ??= now;
  }

  get state(): StoreState {
    const now = this.clock.monotonic();
    // A key that nobody tries for any more (its workers were stopped) says nothing of the store.
    for (const [key, { at }] of this.#failures) if (now - at > 2 * this.#patience) this.#failures.delete(key);
    const keys = [...this.#failures.keys()];
    const [first] = this.#failures.values();
    if (!first) return { state: this.#answeredAt === undefined ? 'untried' : 'reachable' };
    const hasAnswered = this.#answeredAt !== undefined && now - this.#answeredAt <= this.#patience;
    const since = hasAnswered ? first.since : (this.#failedSince ?? first.since);
    return {
      state: hasAnswered ? 'failing' : 'unreachable',
      error: first.error,
      since: new Date(since.wall),
      failingFor: Math.max(0, Math.round(now - since.monotonic)),
      keys,
    };
  }
}
