import type { Findings } from '../benchmark.js';
import type { Machine } from './machine.js';

/** The findings of one benchmark, with what a reader needs to judge them. */
export interface Entry extends Findings {
  readonly name: string;
  readonly title: string;
  /** ISO date. */
  readonly measuredOn: string;
  readonly machine: Machine;
}

/** All benchmarks, as `docs/benchmarks.json` keeps them. */
export interface BenchRecord {
  readonly benchmarks: readonly Entry[];
}

/** The record with new entries in the places of the old ones; what was not measured again stays. In the order of `names`. */
export function merge(record: BenchRecord, entries: readonly Entry[], names: readonly string[]): BenchRecord {
  const byName = new Map([...record.benchmarks, ...entries].map((entry) => [entry.name, entry]));
  return { benchmarks: names.flatMap((name) => byName.get(name) ?? []) };
}
