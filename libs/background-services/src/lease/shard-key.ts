/** A key is dealt out into this many shards at most. */
export const MOST_SHARDS = 10_000;

/** One of the shards that a key is dealt out into. */
export interface ShardRef {
  /** The key that is dealt out. */
  readonly key: string;
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** What a key has for a holder while shards of it are held: `shards/64`. It is no replica. */
export const NO_REPLICA = /^shards\/\d+$/;

/** What no key of a user may end with: `#`, the index of a shard, `/` and the number of shards. */
export const SHARD_SUFFIX = /#\d+\/\d+$/;

/** The lease key of one shard: `accounts#5/64` is the shard with index 5 of the 64 of `accounts`. */
export function shardKey(key: string, index: number, count: number): string {
  return `${key}#${index}/${count}`;
}

/** The shard that a lease key names, or `undefined`: it is a key of its own. */
export function parseShardKey(text: string): ShardRef | undefined {
  // Most keys are none: the end tells it at once.
  const slash = text.lastIndexOf('/');
  const hash = slash < 0 ? -1 : text.lastIndexOf('#', slash);
  if (hash < 1) return undefined;
  const index = wholeNumber(text.slice(hash + 1, slash));
  const count = wholeNumber(text.slice(slash + 1));
  if (index === undefined || count === undefined || index >= count || count > MOST_SHARDS) return undefined;
  return { key: text.slice(0, hash), index, count };
}

/** One spelling for one number: "07" is none. */
function wholeNumber(text: string): number | undefined {
  return /^(0|[1-9]\d{0,4})$/.test(text) ? Number(text) : undefined;
}
