import type { AggregatedResult } from '@jest/reporters';

export type TotalledResults = Pick<
  AggregatedResult,
  | 'numPassedTests'
  | 'numFailedTests'
  | 'numPendingTests'
  | 'numTodoTests'
  | 'numRuntimeErrorTestSuites'
  | 'wasInterrupted'
> & { readonly snapshot: Pick<AggregatedResult['snapshot'], 'failure'> };

export function totals(results: TotalledResults): string;

export default class TotalsReporter {
  onRunComplete(contexts: ReadonlySet<unknown>, results: TotalledResults): void;
}
