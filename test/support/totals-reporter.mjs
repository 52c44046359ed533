import { writeSync } from 'node:fs';
import process from 'node:process';

/**
 * The line "N passed, N failed" (and ", N skipped" if there are any) for a whole run. A file that could not run at all
 * counts as one failed test, and a run that is not whole never reads "0 failed".
 */
export function totals(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  // jest fails such a run although no test of it failed; its own `success` is not yet decided here.
  const spoilt = results.wasInterrupted || results.snapshot.failure;
  const skipped = results.numPendingTests + results.numTodoTests;
  return [
    `${results.numPassedTests} passed`,
    `${spoilt ? Math.max(failed, 1) : failed} failed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
}

/** A jest reporter that prints the totals when the process ends: jest's own summary comes after all other reporters. */
export default class TotalsReporter {
  onRunComplete(_contexts, results) {
    process.once('exit', () => writeSync(1, `${totals(results)}\n`));
  }
}
