import type { LeaseRef } from './lease-store.js';
import { parseShardKey, type ShardRef } from './shard-key.js';

/** A lease in memory. */
export interface MemoryLease {
  readonly holder: string;
  /** Of the monotonic clock. */
  readonly expiresAt: number;
  /** Of a shard: it ends with the era of its key. Not given: it was set by an operator, and does not. */
  readonly era?: number;
}

/** What the shards of one key have in common. */
interface Family {
  /** Goes up when the first shard is acquired: all earlier leases are over. */
  era: number;
  /** Indexes that were acquired and not released in this era. */
  readonly held: Set<number>;
  /** Shards that were asked for while the key itself was held. */
  readonly waiting: Set<string>;
}

/** The leases of keys that are no shards. */
interface Keys {
  get(key: string): MemoryLease | undefined;
  set(key: string, lease: MemoryLease | undefined): void;
}

/**
 * What binds shards of one key to each other, and to the key itself: while any shard is held, the key itself has `shards/64` for a holder, which
 * keeps out whoever wants the whole, or a shard of another count; and whoever else holds the key itself keeps everybody out of its shards.
 */
export class MemoryShards {
  readonly #families = new Map<string, Family>();

  constructor(private readonly keys: Keys) {}

  /** What a lease of a shard is worth: the one that holds the key itself comes first. */
  effective({ key, count }: ShardRef, own: MemoryLease | undefined): MemoryLease | undefined {
    const main = this.keys.get(key);
    if (main && main.holder !== holderOf(count)) return main;
    if (own?.era === undefined) return own;
    return main && own.era === this.#family(key).era ? own : undefined;
  }

  /** A shard is wanted, and held: whoever frees the key itself wakes it. */
  waits(text: string, { key, count }: ShardRef): void {
    const main = this.keys.get(key);
    if (main && main.holder !== holderOf(count)) this.#family(key).waiting.add(text);
  }

  /** A shard is acquired or renewed. */
  hold({ key, index, count }: ShardRef, lease: MemoryLease): MemoryLease {
    const family = this.#family(key);
    const main = this.keys.get(key);
    if (!main) {
      family.era += 1;
      family.held.clear();
    }
    family.held.add(index);
    const expiresAt = Math.max(main?.expiresAt ?? 0, lease.expiresAt);
    this.keys.set(key, { holder: holderOf(count), expiresAt });
    return { ...lease, era: family.era };
  }

  /** A shard is released. @returns what else is free with it */
  release({ key, index, count }: ShardRef, isHeld: (index: number) => boolean): readonly LeaseRef[] {
    const { held } = this.#family(key);
    held.delete(index);
    for (const other of held) if (!isHeld(other)) held.delete(other);
    if (held.size > 0) return [];
    this.keys.set(key, undefined);
    return [{ key, holder: holderOf(count) }];
  }

  /** The shards that have waited for the key itself. */
  wake(key: string): readonly string[] {
    const waiting = [...(this.#families.get(key)?.waiting ?? [])];
    this.#families.get(key)?.waiting.clear();
    return waiting;
  }

  #family(key: string): Family {
    let family = this.#families.get(key);
    if (!family) this.#families.set(key, (family = { era: 0, held: new Set(), waiting: new Set() }));
    return family;
  }
}

/** Where a lease is kept: a shard under its index, whatever the count, so that its ledger outlives a change of that. */
export function placeOf(key: string): string {
  const shard = parseShardKey(key);
  return shard ? shardPlace(shard.key, shard.index) : key;
}

/** No key has a control character. */
export function shardPlace(key: string, index: number): string {
  return `${key}\0${index}`;
}

/** What the key itself has for a holder while shards of this count are held. */
function holderOf(count: number): string {
  return `shards/${count}`;
}
