import { type History, tokenText } from '../engine/history.js';
import type { LeaseWitness } from '../invariants/leases.js';
import type { Verdicts } from '../invariants/verdicts.js';

export interface WriteOf {
  readonly key: string;
  readonly holder: string;
  /** The token that the term began with, and the one that the work has sent. */
  readonly term: number;
  readonly token: number;
}

/**
 * What the workers write to, once behind a fence and once without. A write is stale if one of a later grant went before it, whatever the
 * tokens say.
 */
export class Resource {
  readonly #highest = new Map<string, number>();
  readonly #latest = { fenced: new Map<string, number>(), unfenced: new Map<string, number>() };
  #unfencedStale = 0;

  constructor(
    private readonly history: History,
    private readonly leases: LeaseWitness,
    private readonly verdicts: Verdicts,
  ) {}

  /** Writes that came too late, and that only the fence refused. */
  get unfencedStale(): number {
    return this.#unfencedStale;
  }

  write({ key, holder, term, token }: WriteOf): void {
    const grant = this.leases.grantOf(key, holder, term);
    if (this.#isStale('unfenced', key, grant)) this.#unfencedStale++;
    const isAccepted = token >= (this.#highest.get(key) ?? 0);
    this.history.note(
      'db',
      () => `${isAccepted ? 'accepts' : 'refuses'} ${key} ${tokenText(token)} of ${holder}`,
    );
    if (!isAccepted) return;
    this.#highest.set(key, token);
    if (this.#isStale('fenced', key, grant) && !this.leases.isFloorBroken(key)) {
      const sent = token === term ? '' : ` (sent as ${tokenText(token)})`;
      this.verdicts.violated(
        'fence',
        `a write of ${holder} under ${tokenText(term)}${sent} is accepted after a newer one`,
      );
    }
  }

  #isStale(register: 'fenced' | 'unfenced', key: string, grant: number): boolean {
    const latest = this.#latest[register].get(key) ?? 0;
    this.#latest[register].set(key, Math.max(latest, grant));
    return grant < latest;
  }
}
