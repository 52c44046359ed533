import { InvalidKeyError } from '../errors/index.js';

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
  if (!/[{}]/.test(key)) return;
  if (hashTag(key) === undefined)
    throw new InvalidKeyError(key, 'braces only as a hash tag with a content, as in "orders:{eu}:leader"');
  // "{a}" would share its companions with "a", and "{a}:token" would be one of them.
  if (/^\{[^{}]*\}$|:(token|ledger)$/.test(key))
    throw new InvalidKeyError(
      key,
      'a name of its own around the hash tag, not that of the companion of another lease',
    );
}

/** The companion keys of a lease, in the same Cluster slot as the lease itself. */
export function companionKeys(key: string): { readonly token: string; readonly ledger: string } {
  const stem = hashTag(key) === undefined ? `{${key}}` : key;
  return { token: `${stem}:token`, ledger: `${stem}:ledger` };
}

/** What Redis Cluster hashes instead of the whole key: the text between the first `{` and the first `}` behind it. */
function hashTag(key: string): string | undefined {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  return open >= 0 && close > open + 1 ? key.slice(open + 1, close) : undefined;
}
