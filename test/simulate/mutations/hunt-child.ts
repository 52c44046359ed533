import { register } from 'node:module';
import type * as checking from '../campaign/check.js';
import type { Invariant } from '../invariants/verdicts.js';
import type { Edit } from './mutation.js';

/** What one process is to do, handed over as JSON. */
export interface HuntTask {
  readonly mutations: readonly { readonly url: string; readonly edits: readonly Edit[] }[];
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
for (const i of mutations.keys()) {
  const start = performance.now();
  const { check } = (await import(`../campaign/check.ts?mutation=${i}`)) as typeof checking;
  const result = await check({ seed, histories, failing: 'stop' });
  const report: HuntReport = {
    caughtBy: result.counterexample?.violation.invariant ?? null,
    histories: result.histories,
    seconds: (performance.now() - start) / 1_000,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
