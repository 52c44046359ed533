import { partsOf } from '../../../kit/index.js';
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
  const [time, previous, holders, ...replies] = asArray(answer);
  const storeTime = asCount(time);
  const held = readHolders(asArray(holders));
  if (previous === -1) {
    const [whole] = held;
    if (!whole || replies.length > 0) throw unexpected(answer);
    return { replies: Array.from({ length: shards }, () => whole), isFirst: false, isKeyHeld: true };
  }
  const read = asArray(replies, shards).map((reply): AcquireReply => {
    if (typeof reply === 'number') return held[reply - 1] ?? fail(reply);
    const [token, ledger] = asArray(reply, 2);
    return { outcome: 'acquired', token: asCount(token), ledger: asLedger(ledger), storeTime };
  });
  return { replies: read, isFirst: previous === 0, isKeyHeld: false };
}

function readHolders(pairs: readonly unknown[]): readonly AcquireReply[] {
  return partsOf(pairs, 2).map(([holder, ttl]) => ({
    outcome: 'held',
    holder: asText(holder),
    ttl: asTtl(ttl),
  }));
}

function fail(answer: unknown): never {
  throw unexpected(answer);
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
