import type { Heir, LeaseRef, RenewRequest } from './lease-store.js';
import { OwnShards } from './own-shards.js';
import { parseShardKey, type ShardRef } from './shard-key.js';

/** A lease in memory. */
export interface MemoryLease {
  readonly holder: string;
  /** Of the monotonic clock. Of a shard that is held in a session, the session says it. */
  readonly expiresAt: number;
  /** Of a shard: it is held for as long as its holder has this session. Not given: it was set by an operator, and has a time of its own. */
  readonly session?: number;
  /** Of a shard: it is kept for an heir, which has no term yet. It ends with the key, as sessions do. */
  readonly isForHeir?: true;
}

/** What a holder renews for all its shards of one key. */
interface Session {
  /** The token that it began with: one that ended never comes back. */
  readonly nonce: number;
  readonly until: number;
}

/** What the shards of one key have in common. */
interface Family {
  /** By holder. Over once the key itself is free, whatever they say. */
  readonly sessions: Map<string, Session>;
  /** The latest end of any of them, and of what is kept for heirs. */
  latest: number;
  /** Shards that were asked for while the key itself was held. */
  readonly waiting: Set<string>;
}

/** The leases of keys that are no shards, and those of shards by their place. */
interface Places {
  /** One that has not expired by itself. */
  get(place: string): MemoryLease | undefined;
  set(place: string, lease: MemoryLease | undefined): void;
  now(): number;
}

/**
 * Shards as Redis keeps them. Each is held in the session of its holder, which is renewed for all of them; and while any is held, the key itself has
 * `shards/64` for a holder, which keeps out whoever wants the whole, or a shard of another count. Whoever else holds the key itself keeps everybody
 * out of its shards.
 */
export class MemoryShards {
  readonly #families = new Map<string, Family>();
  readonly #own: OwnShards;
  /** Keys that were free when the requests came that are being answered: what was kept for heirs had ended with them. */
  readonly #begun = new Set<string>();

  constructor(private readonly places: Places) {
    this.#own = new OwnShards(() => places.now());
  }

  /** What a lease of a shard is worth: whoever holds the key itself comes first. */
  effective(shard: ShardRef, own: MemoryLease | undefined): MemoryLease | undefined {
    return this.keeper(shard) ?? this.holding(shard, own);
  }

  /** The lease of whoever keeps everybody out of this shard, even the very holder: the key itself is held, or shards of another count are. */
  keeper({ key, count }: ShardRef): MemoryLease | undefined {
    const main = this.places.get(key);
    return main && main.holder !== holderOf(count) ? main : undefined;
  }

  /** Who holds a shard, whoever holds the key itself. */
  holding({ key }: ShardRef, own: MemoryLease | undefined): MemoryLease | undefined {
    if (own?.isForHeir) return this.places.get(key) && !this.#begun.has(key) ? own : undefined;
    if (own?.session === undefined) return own;
    const session = this.#session(key, own.holder);
    return session?.nonce === own.session ? { ...own, expiresAt: session.until } : undefined;
  }

  /** A shard is wanted, and held by another: it is not this holder's. Whoever frees the key itself wakes it. */
  refused(text: string, shard: ShardRef, holder: string): void {
    this.gone(shard, holder);
    if (this.keeper(shard)) this.#family(shard.key).waiting.add(text);
  }

  /** The requests are answered that came together. */
  acquired(): void {
    this.#begun.clear();
  }

  /** A shard is acquired: in the session that its holder has, or in a new one. */
  acquire(shard: ShardRef, holder: string, ttl: number, token: number): MemoryLease {
    const { key, index } = shard;
    this.#own.acquiring(idOf(key, holder), [index]);
    if (!this.places.get(key)) this.#begin(key);
    const nonce = this.#session(key, holder)?.nonce ?? token;
    this.#prolong(shard, holder, { nonce, until: this.places.now() + ttl });
    return { holder, expiresAt: Infinity, session: nonce };
  }

  /** These are about to be renewed. @returns what to call afterwards: it ends those that their holders have not asked for in a long time */
  renewing(requests: readonly RenewRequest[]): () => void {
    const batches = new Map<string, { key: string; holder: string; ttl: number; indexes: number[] }>();
    for (const { key: text, holder, ttl } of requests) {
      const shard = parseShardKey(text);
      if (!shard) continue;
      const id = idOf(shard.key, holder);
      const batch = batches.get(id) ?? { key: shard.key, holder, ttl, indexes: [] };
      batch.indexes.push(shard.index);
      batches.set(id, batch);
    }
    const overdue = [...batches].map(([id, { key, holder, ttl, indexes }]) => ({
      ...{ id, key, holder },
      indexes: this.#own.renewing(id, indexes, ttl),
    }));
    return () => {
      for (const { id, key, holder, indexes } of overdue) {
        const nonce = this.#session(key, holder)?.nonce;
        for (const index of indexes)
          if (this.#isIn(nonce, holder, shardPlace(key, index)))
            this.places.set(shardPlace(key, index), undefined);
        this.#own.gone(id, indexes);
      }
    };
  }

  /** A shard is renewed, and all others of its holder with it. */
  renew(shard: ShardRef, holder: string, ttl: number): void {
    const nonce = this.#session(shard.key, holder)?.nonce;
    if (nonce !== undefined) this.#prolong(shard, holder, { nonce, until: this.places.now() + ttl });
  }

  /** A shard is not this holder's any more. @returns whether it was the last one that it is known to have */
  gone({ key, index }: ShardRef, holder: string): boolean {
    return this.#own.gone(idOf(key, holder), [index]);
  }

  /** A shard is given up and kept for an heir, and the key itself with it. */
  keep({ key, count }: ShardRef, { holder, ttl }: Heir): MemoryLease {
    const family = this.#family(key);
    const expiresAt = this.places.now() + ttl;
    if (expiresAt > family.latest) this.#holdKey(key, count, expiresAt);
    return { holder, expiresAt, isForHeir: true };
  }

  /**
   * A shard was given up, maybe as the last one of its holder: then its session ends. With the last session, the key itself is free, or ends with what is
   * kept for heirs. @returns what is free
   */
  left({ key, count }: ShardRef, holder: string): readonly LeaseRef[] {
    const nonce = this.#session(key, holder)?.nonce;
    if (nonce === undefined || this.places.get(key)?.holder !== holderOf(count)) return [];
    let keptUntil = 0;
    for (let index = 0; index < count; index++) {
      const place = shardPlace(key, index);
      if (this.#isIn(nonce, holder, place)) return [];
      const lease = this.places.get(place);
      if (lease?.isForHeir) keptUntil = Math.max(keptUntil, lease.expiresAt);
    }
    const { sessions } = this.#family(key);
    sessions.delete(holder);
    for (const other of sessions.keys()) if (this.#session(key, other)) return [];
    if (keptUntil > 0) {
      this.#holdKey(key, count, keptUntil);
      return [];
    }
    this.places.set(key, undefined);
    return [{ key, holder: holderOf(count) }];
  }

  /** The shards that have waited for the key itself. */
  wake(key: string): readonly string[] {
    const waiting = [...(this.#families.get(key)?.waiting ?? [])];
    this.#families.get(key)?.waiting.clear();
    return waiting;
  }

  #isIn(nonce: number | undefined, holder: string, place: string): boolean {
    const lease = nonce === undefined ? undefined : this.places.get(place);
    return lease?.holder === holder && lease.session === nonce;
  }

  /** All earlier sessions are over. */
  #begin(key: string): void {
    this.#begun.add(key);
    const family = this.#family(key);
    family.sessions.clear();
    family.latest = 0;
  }

  #session(key: string, holder: string): Session | undefined {
    if (!this.places.get(key)) return undefined;
    const session = this.#families.get(key)?.sessions.get(holder);
    return session && session.until > this.places.now() ? session : undefined;
  }

  #prolong({ key, count }: ShardRef, holder: string, { nonce, until }: Session): void {
    const family = this.#family(key);
    const longer = Math.max(until, this.#session(key, holder)?.until ?? 0);
    family.sessions.set(holder, { nonce, until: longer });
    this.#holdKey(key, count, Math.max(family.latest, longer));
  }

  #holdKey(key: string, count: number, until: number): void {
    this.#family(key).latest = until;
    this.places.set(key, { holder: holderOf(count), expiresAt: until });
  }

  #family(key: string): Family {
    let family = this.#families.get(key);
    if (!family) this.#families.set(key, (family = { sessions: new Map(), latest: 0, waiting: new Set() }));
    return family;
  }
}

/** Where a lease is kept: a shard under its index, whatever the count, so that its ledger outlives a change of that. */
export function placeOf(key: string): string {
  const shard = parseShardKey(key);
  return shard ? shardPlace(shard.key, shard.index) : key;
}

/** No key has a control character. */
function shardPlace(key: string, index: number): string {
  return `${key}\0${index}`;
}

/** What the key itself has for a holder while shards of this count are held. */
function holderOf(count: number): string {
  return `shards/${count}`;
}

function idOf(key: string, holder: string): string {
  return `${holder}\n${key}`;
}
