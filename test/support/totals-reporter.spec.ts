import { describe, expect, it } from '@jest/globals';
import { totals } from './totals-reporter.mjs';

const clean = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  wasInterrupted: false,
  snapshot: { failure: false },
};

describe('totals', () => {
  it('names passed and failed tests, and is silent about skipped ones if there are none', () => {
    expect(totals(clean)).toBe('3 passed, 0 failed');
    expect(totals({ ...clean, numFailedTests: 2 })).toBe('3 passed, 2 failed');
  });

  it('counts skipped and planned tests', () => {
    expect(totals({ ...clean, numPendingTests: 1, numTodoTests: 1 })).toBe('3 passed, 0 failed, 2 skipped');
  });

  it('counts a file that could not run as one failed test', () => {
    const results = { ...clean, numFailedTests: 1, numRuntimeErrorTestSuites: 2 };
    expect(totals(results)).toBe('3 passed, 3 failed');
  });

  it('never says "0 failed" of a run that was cut short or whose snapshots differ', () => {
    expect(totals({ ...clean, wasInterrupted: true })).toBe('3 passed, 1 failed');
    expect(totals({ ...clean, snapshot: { failure: true } })).toBe('3 passed, 1 failed');
  });
});
