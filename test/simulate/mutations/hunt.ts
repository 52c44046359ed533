import { ended, startChild } from '../campaign/start-child.js';
import { electionMutations } from './election-mutations.js';
import type { HuntReport, HuntTask } from './hunt-child.js';
import { assertFresh, type Mutation, sourceOf } from './mutation.js';
import { placementMutations } from './placement-mutations.js';
import { shardMutations } from './shard-mutations.js';
import { storeMutations } from './store-mutations.js';
import { workerMutations } from './worker-mutations.js';

export const allMutations: readonly Mutation[] = [
  ...electionMutations,
  ...storeMutations,
  ...shardMutations,
  ...placementMutations,
  ...workerMutations,
];

/** What became of one mutation. */
export interface Catch extends HuntReport {
  readonly mutation: Mutation;
}

export interface HuntOptions {
  readonly mutations: readonly Mutation[];
  readonly seed: number;
  /** How many histories a mutation may survive. */
  readonly histories: number;
  readonly processes: number;
  readonly onCatch?: (result: Catch) => void;
}

export function isCaught({ mutation, caughtBy }: Catch): boolean {
  return caughtBy !== null && mutation.caughtBy.includes(caughtBy);
}

/** Plants one mutation after the other and plays histories until an invariant tells of it. */
export async function hunt(options: HuntOptions): Promise<readonly Catch[]> {
  const { mutations, processes, seed, histories, onCatch } = options;
  assertFresh(mutations);
  const results: Catch[] = [];
  const huntSome = async (some: readonly Mutation[]) => {
    const waiting = [...some];
    const planted = some.map((mutation) => ({
      url: sourceOf(mutation).href,
      edits: mutation.edits,
      caughtBy: mutation.caughtBy,
      plans: mutation.plans ?? ('all' as const),
    }));
    const task: HuntTask = { mutations: planted, seed, histories };
    const child = await startChild<HuntTask, HuntReport>('../mutations/hunt-child.ts', task, (report) => {
      const mutation = waiting.shift();
      if (!mutation) return;
      const result = { mutation, ...report };
      results.push(result);
      onCatch?.(result);
    });
    await ended(child);
  };
  await Promise.all(
    Array.from({ length: processes }, (_, i) => huntSome(mutations.filter((__, j) => j % processes === i))),
  );
  return results;
}
