import { type History, tokenText } from '../engine/history.js';
import type { LeaseWitness } from '../invariants/leases.js';
import type { Verdicts } from '../invariants/verdicts.js';
import { rowsOf } from './dealing.js';

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
    /** Whether a key is dealt out in any version: else it is one row. */
    private readonly isDealt: (key: string) => boolean,
  ) {}

  /** Writes that came too late, and that only the fence refused. */
  get unfencedStale(): number {
    return this.#unfencedStale;
  }

  /** To all rows that the lease key owns: shards of another count own some of them, too. */
  write(write: WriteOf): void {
    const { key, holder, term } = write;
    const grant = this.leases.grantOf(key, holder, term);
    for (const row of this.isDealt(key) ? rowsOf(key) : [key]) this.#write(row, write, grant);
  }

  #write(row: string, { key, holder, term, token }: WriteOf, grant: number): void {
    if (this.#isStale('unfenced', row, grant)) this.#unfencedStale++;
    const isAccepted = token >= (this.#highest.get(row) ?? 0);
    this.history.note(
      'db',
      () => `${isAccepted ? 'accepts' : 'refuses'} ${row} ${tokenText(token)} of ${holder}`,
    );
    if (!isAccepted) return;
    this.#highest.set(row, token);
    if (this.#isStale('fenced', row, grant) && !this.leases.isFloorBroken(key)) {
      const sent = token === term ? '' : ` (sent as ${tokenText(token)})`;
      this.verdicts.violated(
        'fence',
        `a write of ${holder} to ${row} under ${tokenText(term)}${sent} is accepted after a newer one`,
      );
    }
  }

  #isStale(register: 'fenced' | 'unfenced', row: string, grant: number): boolean {
    const latest = this.#latest[register].get(row) ?? 0;
    this.#latest[register].set(row, Math.max(latest, grant));
    return grant < latest;
  }
}
