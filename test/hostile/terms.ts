import { type HostileReplicaEvent, KEYS, TOSSED } from './replica/settings.js';

/** An election is told so much later than it was, at most, on a busy machine, ms: its token may have been mutated by then. */
const TOLD_LATE = 2_000;

type TermEvent = Extract<HostileReplicaEvent, { event: 'elected' | 'revoked' }>;

/** A term that ended, and why it did. */
export interface EndedTerm {
  readonly replica: string;
  readonly key: string;
  readonly token: number;
  readonly reason: string;
}

/** The terms of the fleet: which goes on, which ended by right, which was lost. */
export class Terms {
  /** Terms that ended though nobody had touched what they stand on. */
  readonly lost: EndedTerm[] = [];
  /** Terms that ended because their token was mutated. */
  #byRight = 0;
  #elected = 0;
  /** Tokens that were not above all earlier ones of their key. */
  readonly fallen: string[] = [];
  readonly #highest = new Map<string, number>();
  readonly #leading = new Map<
    string,
    { readonly replica: string; readonly token: number; readonly at: number }
  >();
  /** When the token of the tossed lease was last mutated. */
  #tossedAt = -Infinity;
  #isOver = false;

  get byRight(): number {
    return this.#byRight;
  }

  get elected(): number {
    return this.#elected;
  }

  get led(): readonly string[] {
    return KEYS.filter((key) => this.#leading.has(key));
  }

  leaderOf(key: string): string | undefined {
    return this.#leading.get(key)?.replica;
  }

  tokenOf(key: string): number {
    return this.#leading.get(key)?.token ?? 0;
  }

  /** The token of the tossed lease is being mutated. */
  onToss(at: number): void {
    this.#tossedAt = at;
  }

  /** From now on terms end because the replicas are asked to. */
  finish(): void {
    this.#isOver = true;
  }

  take(replica: string, event: TermEvent): void {
    const { key, token, at } = event;
    if (event.event === 'elected') {
      this.#elected += 1;
      const highest = this.#highest.get(key) ?? 0;
      // A mutated token may be higher than all before; the next one is above that, or not, as anybody could write.
      if (token <= highest && key !== TOSSED) this.fallen.push(`${key}: ${token} after ${highest}`);
      this.#highest.set(key, Math.max(token, highest));
      this.#leading.set(key, { replica, token, at });
      return;
    }
    const term = this.#leading.get(key);
    if (term?.token === token) this.#leading.delete(key);
    if (this.#isOver || event.reason === 'step-down' || event.reason === 'rebalance') return;
    const isTossed =
      key === TOSSED && event.reason === 'lost' && this.#tossedAt > (term?.at ?? 0) - TOLD_LATE;
    if (isTossed) this.#byRight += 1;
    else this.lost.push({ replica, key, token, reason: event.reason });
  }
}
