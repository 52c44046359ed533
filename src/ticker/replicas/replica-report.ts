import { type PublisherStatus } from '../stream/publisher.js';
import { type StreamCounts } from '../stream/market-stream.js';
import { type ReloadCounts } from '../subscriptions/reload-queue.js';
import { type Reconciliation } from '../subscriptions/subscription-reconciler.js';
import { type TaskStatus } from '../tasks/task-monitor.js';

/** A value as JSON tells it: instants are ISO texts. */
export type Told<T> = T extends Date ? string : T extends object ? { [K in keyof T]: Told<T[K]> } : T;

export function told<T>(value: T): Told<T> {
  return JSON.parse(JSON.stringify(value)) as Told<T>;
}

/** What a replica streams of one shard, counted since its term began. */
export interface ShardReport extends StreamCounts {
  readonly index: number;
  readonly fencingToken: number;
  /** With the number of contracts of each. */
  readonly accounts: readonly { readonly account: string; readonly contracts: number }[];
}

/** What one replica tells of its part of the ticker. */
export interface ReplicaReport {
  readonly shards: readonly ShardReport[];
  /** Its newest reload; `null`: it streams nothing. */
  readonly reconciled: Reconciliation | null;
  readonly reloads: ReloadCounts;
  readonly memory: { readonly snapshots: number; readonly capacity: number };
  readonly publisher: PublisherStatus;
  readonly tasks: TaskStatus;
}

/** A report as all replicas can read it. */
export interface Replica {
  /** Instance id. */
  readonly replica: string;
  readonly report: Told<ReplicaReport>;
}
