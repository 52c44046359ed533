interface Own {
  /** Shard → the last round in which it was asked for. */
  readonly rounds: Map<number, number>;
  round: number;
  since: number;
}

/** A shard that was not asked for in this many rounds is given up: its own TTL would be over. */
const ROUNDS = 3;

/**
 * Which shards this store was asked for, so that one that nobody renews ends like any other lease. The session of its holder goes on with the
 * others; e.g. work that does not drain keeps its shard, which nobody renews and nobody releases.
 *
 * Time counts in rounds of half a TTL in which renewals are sent: after a pause of the whole process, no shard is given up because its renewal is not the
 * first one. What is renewed and was not acquired here is somebody else's concern.
 */
export class OwnShards {
  readonly #own = new Map<string, Own>();

  constructor(private readonly now: () => number) {}

  /** @param id of a holder and a key that is dealt out */
  acquiring(id: string, indexes: readonly number[]): void {
    let own = this.#own.get(id);
    if (!own) this.#own.set(id, (own = { rounds: new Map(), round: 0, since: this.now() }));
    for (const index of indexes) own.rounds.set(index, own.round);
  }

  /** Notes what is renewed. @returns those whose time is over */
  renewing(id: string, indexes: readonly number[], ttl: number): readonly number[] {
    const own = this.#own.get(id);
    if (!own) return [];
    const isNewRound = this.now() - own.since >= ttl / 2;
    if (isNewRound) {
      own.round += 1;
      own.since = this.now();
    }
    for (const index of indexes) if (own.rounds.has(index)) own.rounds.set(index, own.round);
    if (!isNewRound) return [];
    return [...own.rounds].flatMap(([index, round]) => (own.round - round >= ROUNDS ? [index] : []));
  }

  /** They are not the holder's any more. @returns whether it has no others */
  gone(id: string, indexes: readonly number[]): boolean {
    const own = this.#own.get(id);
    if (!own) return true;
    for (const index of indexes) own.rounds.delete(index);
    if (own.rounds.size === 0) this.#own.delete(id);
    return own.rounds.size === 0;
  }
}
