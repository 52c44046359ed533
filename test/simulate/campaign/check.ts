import fc from 'fast-check';
import type { Violation } from '../invariants/verdicts.js';
import { arbitraryPlan, changingPlan } from '../plan/arbitrary-plan.js';
import type { Plan } from '../plan/plan.js';
import { simulate } from '../simulate.js';

export interface CheckOptions {
  readonly seed: number;
  readonly histories: number;
  /** Of a counterexample that is to be played again, as fast-check gives it. */
  readonly path?: string | undefined;
  /** Whether a counterexample is made smaller. @default 'shrink' */
  readonly failing?: 'shrink' | 'stop';
  /** `changing`: only those of a fleet that is well, and is changed. @default 'all' */
  readonly plans?: 'all' | 'changing';
}

export interface Counterexample {
  readonly seed: number;
  readonly path: string;
  readonly plan: Plan;
  readonly violation: Violation;
  readonly history: readonly string[];
}

export interface CheckResult {
  readonly histories: number;
  /** Simulated milliseconds, over all histories. */
  readonly simulated: number;
  /** Writes that reached the unfenced register after one of a later term. */
  readonly unfencedStale: number;
  readonly counterexample: Counterexample | undefined;
}

/** Plays as many plans as are asked for, or until one ends in a violation; that one is made as small as it gets. */
export async function check({
  seed,
  histories,
  path,
  failing = 'shrink',
  plans = 'all',
}: CheckOptions): Promise<CheckResult> {
  let simulated = 0;
  let unfencedStale = 0;
  const property = fc.asyncProperty(
    plans === 'all' ? arbitraryPlan : fc.noBias(changingPlan),
    async (plan) => {
      const outcome = await simulate(plan);
      simulated += outcome.lasted;
      unfencedStale += outcome.unfencedStale;
      return outcome.violation === undefined;
    },
  );
  const details = await fc.check(property, {
    seed,
    numRuns: histories,
    endOnFailure: failing === 'stop',
    ...(path === undefined ? {} : { path }),
  });
  const figures = { histories: details.numRuns, simulated, unfencedStale };
  if (!details.failed) return { ...figures, counterexample: undefined };
  const { counterexample, counterexamplePath } = details;
  const [plan] = counterexample ?? [];
  if (!plan || counterexamplePath === null)
    throw new Error('fast-check failed without a counterexample', { cause: details.errorInstance });
  const { violation, history } = await simulate(plan, 'kept');
  if (!violation)
    throw new Error(`Not deterministic: seed ${seed}, path ${counterexamplePath} did not fail again`);
  return { ...figures, counterexample: { seed, path: counterexamplePath, plan, violation, history } };
}
