import { parseShardKey, shardKey, shardOf } from '../../../libs/background-services/src/lease/index.js';
import type { KeyPlan, Plan, Version } from '../plan/plan.js';

/** Some of what is dealt out. */
const IDS = Array.from({ length: 12 }, (_, i) => i);

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

interface Part {
  readonly name: string;
  readonly index: number;
  /** 0: it is not dealt out. */
  readonly count: number;
}

/** There are few, and they are asked for all the time. */
const parts = new Map<string, Part>();

/** The key that a lease key is a part of, and how it is dealt out. */
export function wholeOf(key: string): Part {
  let part = parts.get(key);
  if (!part) {
    const shard = parseShardKey(key);
    part = shard
      ? { name: shard.key, index: shard.index, count: shard.count }
      : { name: key, index: 0, count: 0 };
    parts.set(key, part);
  }
  return part;
}

const rows = new Map<string, readonly string[]>();

/** What the work under a lease key writes to: the rows of the ids that it owns. Whoever leads a key as a whole owns them all. */
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

/** Whether two lease keys own an id in common: there are enough ids for every remainder. */
export function overlap(key: string, other: string): boolean {
  if (key === other) return true;
  const [one, two] = [wholeOf(key), wholeOf(other)];
  if (one.name !== two.name || one.count === two.count) return false;
  if (one.count === 0 || two.count === 0) return true;
  return (one.index - two.index) % commonDivisor(one.count, two.count) === 0;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
