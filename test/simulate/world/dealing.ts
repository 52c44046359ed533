import { parseShardKey, shardKey, shardOf } from '../../../libs/background-services/src/lease/index.js';
import type { KeyPlan, Plan, Version } from '../plan/plan.js';

/** What is dealt out: as many as it takes for shards of different counts to share some. */
const IDS = Array.from({ length: 24 }, (_, i) => i);

/** What a plan's keys are called, by their numbers. */
export function nameOf(number: number): string {
  return `k${number}`;
}

/** The lease keys that a key stands for in a version of the app: those of its shards, or its own. */
export function leaseKeysOf(name: string, { shards }: KeyPlan, version: Version): readonly string[] {
  const count = shards?.[version] ?? 0;
  return count === 0 ? [name] : Array.from({ length: count }, (_, index) => shardKey(name, index, count));
}

/** All lease keys that a version of the app campaigns for. */
export function leaseKeysIn({ keys }: Plan, version: Version): readonly string[] {
  return keys.flatMap((key, i) => leaseKeysOf(nameOf(i), key, version));
}

/** The key that a lease key is a part of, and how it is dealt out. */
export function wholeOf(key: string): {
  readonly name: string;
  readonly index: number;
  readonly count: number;
} {
  const shard = parseShardKey(key);
  return shard
    ? { name: shard.key, index: shard.index, count: shard.count }
    : { name: key, index: 0, count: 0 };
}

const rows = new Map<string, readonly string[]>();

/** What the work under a lease key writes to: the rows of the ids that it owns. */
export function rowsOf(key: string): readonly string[] {
  let own = rows.get(key);
  if (!own) {
    const shard = parseShardKey(key);
    const ids = shard ? IDS.filter((id) => shardOf(id, shard.count) === shard.index) : IDS;
    own = ids.map((id) => `${shard?.key ?? key} ${id}`);
    rows.set(key, own);
  }
  return own;
}

/** Whether two lease keys own an id in common. */
export function overlap(key: string, other: string): boolean {
  if (key === other) return true;
  const [one, two] = [wholeOf(key), wholeOf(other)];
  if (one.name !== two.name || one.count === two.count) return false;
  const theirs = new Set(rowsOf(other));
  return rowsOf(key).some((row) => theirs.has(row));
}
