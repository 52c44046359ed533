import type { AcquireRequest, Ledger } from '../../lease-store.js';

type Args = readonly (string | number)[];

/** Shards with their tokens and their ledger changes, as `OWN_SHARDS_LUA` reads them. */
export function shardArgs(
  requests: readonly { readonly token: number; readonly ledger: Ledger }[],
  indexes: readonly number[],
): Args {
  const runs: number[] = [];
  const headers: number[] = [];
  const changes: string[] = [];
  requests.forEach(({ token, ledger }, i) => {
    // Those that were acquired together have one token.
    if (runs.at(-2) === token) runs.push(runs.pop()! + 1);
    else runs.push(token, 1);
    const entries = Object.entries(ledger);
    if (entries.length === 0) return;
    headers.push(i + 1, 2 * entries.length);
    for (const [field, value] of entries) changes.push(`${indexes[i]!}:${field}`, value);
  });
  return [indexes.length, ...indexes, runs.length / 2, ...runs, headers.length / 2, ...headers, ...changes];
}

/** Stands for the index at the end of a field; no field ends with it. */
const INDEX = '\n';

/**
 * The fields that are wanted of every shard, preceded by their number; -1 for all fields, where they are not the same but for the index that they end
 * with. Most tries are in vain, and should be short.
 */
export function fieldArgs(requests: readonly AcquireRequest[], indexes: readonly number[]): Args {
  const [first, ...others] = requests.map(({ fields }, i) => fields && templatesOf(fields, indexes[i]!));
  if (!first || others.some((other) => !other || !isSame(first, other))) return [-1];
  return [first.length, ...first];
}

function templatesOf(fields: readonly string[], index: number): readonly string[] | undefined {
  if (fields.some((field) => field.endsWith(INDEX))) return undefined;
  const end = `#${index}`;
  return fields.map((field) => (field.endsWith(end) ? field.slice(0, 1 - end.length) + INDEX : field));
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((field, i) => field === other[i]);
}
