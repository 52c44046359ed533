/** What can be dealt out: an id as text or as a number. `7` and `'7'` are the same id. */
export type ShardId = string | number | bigint;

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * The shard, from 0 to `count - 1`, that an id belongs to. It is the same in every process, language and version: FNV-1a with 32 bits over
 * the UTF-8 of the id, the finaliser of MurmurHash3 (`fmix32`), and the remainder of the division by `count`.
 *
 * ```ts
 * shardOf('account-1', 64); // 12
 * shardOf(42, 64); // 61
 * ```
 * @throws RangeError if `count` is not a whole number above 0
 */
export function shardOf(id: ShardId, count: number): number {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`shardOf: expected a number of shards from 1, received ${String(count)}`);
  return hashOf(String(id)) % count;
}

function hashOf(text: string): number {
  let hash = OFFSET;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Most ids are ASCII, where bytes and characters are the same.
    if (code > 0x7f) return finish(bytesInto(hash, text.slice(i)));
    hash = Math.imul(hash ^ code, PRIME);
  }
  return finish(hash);
}

function bytesInto(hash: number, text: string): number {
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, PRIME);
  return hash;
}

/** `fmix32`: without it, ids that differ in their last character would fall on neighbouring shards. */
function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
