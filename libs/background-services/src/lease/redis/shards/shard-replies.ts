import type { AcquireReply, Lost } from '../../lease-store.js';
import { asArray, asCount, asLedger, asText, asTtl, unexpected } from '../replies.js';

export interface Acquired {
  readonly replies: readonly AcquireReply[];
  /** Whether the key had no token before: the Redis may have lost it. */
  readonly isFirst: boolean;
  /** Whether the key itself is held, and with it all its shards. */
  readonly isKeyHeld: boolean;
}

/** @throws StoreError if the answer is none of `ACQUIRE_SHARDS_LUA`, or not one for each shard */
export function readAcquiredShards(answer: unknown, shards: number): Acquired {
  const [time, previous, ...replies] = asArray(answer, shards + 2);
  const storeTime = asCount(time);
  let isKeyHeld = false;
  const read = replies.map((reply): AcquireReply => {
    const [code, first, second] = asArray(reply, 3);
    if (code === 1)
      return { outcome: 'acquired', token: asCount(first), ledger: asLedger(second), storeTime };
    if (code !== 0 && code !== 2) throw unexpected(code);
    isKeyHeld ||= code === 2;
    return { outcome: 'held', holder: asText(first), ttl: asTtl(second) };
  });
  return { replies: read, isFirst: previous === 0, isKeyHeld };
}

/** @throws StoreError if the answer names no time, or what is none of the shards */
export function readLostShards(
  answer: unknown,
  shards: number,
): { readonly storeTime: number; readonly lost: ReadonlyMap<number, Lost> } {
  const [time, ...lost] = asArray(answer);
  const read = lost.map((each): [number, Lost] => {
    const [place, holder] = asArray(each, 2);
    const index = asCount(place) - 1;
    if (index >= shards) throw unexpected(answer);
    return [index, { outcome: 'lost', holder: asText(holder) || null }];
  });
  return { storeTime: asCount(time), lost: new Map(read) };
}
