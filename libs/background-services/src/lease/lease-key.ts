import { InvalidKeyError } from '../errors/index.js';
import { SHARD_SUFFIX } from './shard-key.js';

const MAX_BYTES = 512;

/**
 * Checks a lease key: the operator types it into redis-cli, and its companions must share its Cluster slot.
 * @throws InvalidKeyError
 */
export function assertLeaseKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key.length === 0) throw new InvalidKeyError(key, 'a non-empty string');
  if (Buffer.byteLength(key) > MAX_BYTES) throw new InvalidKeyError(key, `at most ${MAX_BYTES} bytes`);
  if (/[\p{Cc}\p{Cs}]/u.test(key))
    throw new InvalidKeyError(key, 'no control characters and no unpaired surrogates');
  if (SHARD_SUFFIX.test(key)) throw new InvalidKeyError(key, 'no end like "#5/64", which names a shard');
  if (!/[{}]/.test(key)) return;
  if (hashTag(key) === undefined)
    throw new InvalidKeyError(key, 'braces only as a hash tag with a content, as in "orders:{eu}:leader"');
  // "{a}" would share its companions with "a", and "{a}:token" would be one of them.
  if (/^\{[^{}]*\}$|:(token|ledger|shards|shards:sessions)$/.test(key))
    throw new InvalidKeyError(
      key,
      'a name of its own around the hash tag, not that of the companion of another lease',
    );
}

/** A lease with its companions, as a store names them. */
export interface LeaseKeys {
  readonly lease: string;
  readonly token: string;
  readonly ledger: string;
}

/**
 * The names of a lease and its companions: all begin with the prefix, so that a user's rights can be bound to it, and all are in the Cluster
 * slot of the lease. `orders` has `{orders}:token`; with the prefix `app:`, `app:orders` has `app:{app:orders}:token`.
 */
export function leaseKeys(prefix: string, key: string): LeaseKeys {
  const lease = prefix + key;
  const stem = prefix + taggedStem(prefix, key);
  return { lease, token: `${stem}:token`, ledger: `${stem}:ledger` };
}

/** Where the shards of a key are kept, all in its Cluster slot. */
export interface ShardedKeys extends LeaseKeys {
  readonly shards: string;
  readonly sessions: string;
}

/** The names of a key that is dealt out into shards, and of its companions. */
export function shardedKeys(prefix: string, key: string): ShardedKeys {
  const stem = prefix + taggedStem(prefix, key);
  return { ...leaseKeys(prefix, key), shards: `${stem}:shards`, sessions: `${stem}:shards:sessions` };
}

function taggedStem(prefix: string, key: string): string {
  if (hashTag(key) !== undefined) return key;
  // Where the prefix has the tag that counts, braces only tell a companion from another lease.
  return hashTag(prefix) === undefined ? `{${prefix}${key}}` : `{${key}}`;
}

/** What Redis Cluster hashes instead of the whole key: the text between the first `{` and the first `}` behind it. */
function hashTag(key: string): string | undefined {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  return open >= 0 && close > open + 1 ? key.slice(open + 1, close) : undefined;
}
