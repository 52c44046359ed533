import { shardKey } from '../../shard-key.js';

/** The keys that a published release names: shards of one key are released together, as in `accounts#1,5/64`. */
export function releasedKeys(text: string): readonly string[] {
  const [, key, indexes, count] = /^(.+)#(\d+(?:,\d+)+)\/(\d+)$/.exec(text) ?? [];
  if (key === undefined || indexes === undefined) return [text];
  return indexes.split(',').map((index) => shardKey(key, Number(index), Number(count)));
}
