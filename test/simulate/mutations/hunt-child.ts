import { register } from 'node:module';
import type * as checking from '../campaign/check.js';
import type { Invariant } from '../invariants/verdicts.js';
import type { Edit } from './mutation.js';

/** What one process is to do, handed over as JSON. */
export interface HuntTask {
  readonly mutations: readonly {
    readonly url: string;
    readonly edits: readonly Edit[];
    readonly caughtBy: readonly Invariant[];
    readonly plans: 'all' | 'changing';
  }[];
  readonly seed: number;
  /** How many a mutation may survive. */
  readonly histories: number;
}

/** One line of JSON for each mutation, in their order. */
export interface HuntReport {
  readonly caughtBy: Invariant | null;
  readonly histories: number;
  readonly seconds: number;
}

const { mutations, seed, histories } = JSON.parse(process.argv[2] ?? '') as HuntTask;
register('./plant-hooks.mjs', import.meta.url, { data: mutations });
for (const [i, mutation] of mutations.entries()) {
  const start = performance.now();
  const { check } = (await import(`../campaign/check.ts?mutation=${i}`)) as typeof checking;
  // A defect may break several rules, and which one a history shows first is its own affair. The one that is about it has to tell of it.
  let caughtBy: Invariant | null = null;
  let played = 0;
  while (played < histories && (caughtBy === null || !mutation.caughtBy.includes(caughtBy))) {
    const result = await check({
      seed: seed + played,
      histories: histories - played,
      failing: 'stop',
      plans: mutation.plans,
    });
    caughtBy = result.counterexample?.violation.invariant ?? null;
    played += result.histories;
    if (caughtBy === null) break;
  }
  const report: HuntReport = {
    caughtBy,
    histories: played,
    seconds: (performance.now() - start) / 1_000,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
