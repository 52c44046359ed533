import { InvalidItemError, ItemTooLargeError } from '../errors/index.js';
import type { ListedItem } from './job.js';

const LONGEST_KEY = 512;

/** Half of a character: stores that keep UTF-8 could not tell two of them apart. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Names items for the ledger.
 * @param maxSize of one as JSON, bytes
 * @throws InvalidItemError for one that has no name, or no JSON, and for two of one name; ItemTooLargeError
 */
export function listItems<Work>(
  items: readonly Work[],
  keyOf: (item: Work) => string = defaultKey,
  maxSize = Infinity,
): readonly ListedItem[] {
  const seen = new Set<string>();
  return items.map((item) => {
    const key = keyOf(item);
    if (typeof key !== 'string' || key.length < 1 || key.length > LONGEST_KEY)
      throw new InvalidItemError(`the key of an item is a text of 1 to ${LONGEST_KEY} characters`, key);
    if (LONE_SURROGATE.test(key))
      throw new InvalidItemError('the key of an item is well-formed Unicode', key);
    if (seen.has(key))
      throw new InvalidItemError('each item has a key of its own; this one is there twice', key);
    seen.add(key);
    if ((item as unknown) === key) return { key, payload: undefined };
    const payload = toJson(item);
    // A character has three bytes at most: few are long enough to be counted.
    const size = payload.length * 3 > maxSize ? Buffer.byteLength(payload) : 0;
    if (size > maxSize) throw new ItemTooLargeError(key, size, maxSize);
    return { key, payload };
  });
}

/** What `process` is given: the item as `items()` gave it, by way of JSON. */
export function itemOf({ key, payload }: ListedItem): unknown {
  return payload === undefined ? key : (JSON.parse(payload) as unknown);
}

function defaultKey(item: unknown): string {
  if (typeof item === 'string') return item;
  if (typeof item === 'object' && item !== null) {
    const { key, id } = item as { readonly key?: unknown; readonly id?: unknown };
    const named = key ?? id;
    if (typeof named === 'string' || typeof named === 'number') return String(named);
  }
  return toJson(item);
}

function toJson(item: unknown): string {
  const text = JSON.stringify(item) as string | undefined;
  if (text === undefined) throw new InvalidItemError('an item is JSON', item);
  return text;
}
