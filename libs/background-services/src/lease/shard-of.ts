import { hash32 } from '../kit/index.js';

/** What can be dealt out: an id as text or as a number. `7` and `'7'` are the same id. */
export type ShardId = string | number | bigint;

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
  return hash32(String(id)) % count;
}
