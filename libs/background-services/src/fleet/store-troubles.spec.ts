import { describe, expect, it } from '@jest/globals';
import { storeTroubles } from './store-troubles.js';

const NOW = 100_000;
const DENIED = 'The user "app" may not run EVAL (NOPERM)';
const fault = (state: 'failing' | 'unreachable') => ({
  ...{ state, since: new Date(0), failingFor: 7_000, keys: ['a'] },
  error: new Error(`${DENIED}. Allow it: ACL SETUSER app +eval`),
});
const warning = (reason: string, since = 40_000) =>
  ({ kind: 'command', reason, cure: 'Allow it', since }) as const;

describe('storeTroubles', () => {
  it('tells nothing where nothing is wrong', () => {
    expect(storeTroubles({ fault: undefined, warnings: [] }, NOW)).toEqual([]);
  });

  it('tells what is refused first, and for how long each thing has been so', () => {
    expect(storeTroubles({ fault: fault('unreachable'), warnings: [warning('It evicts')] }, NOW)).toEqual([
      {
        kind: 'store-fault',
        message: `cannot lead: ${DENIED}. Allow it: ACL SETUSER app +eval`,
        age: 7_000,
      },
      { kind: 'store-warning', message: 'It evicts. Allow it', age: 60_000 },
    ]);
  });

  it('tells of some keys alone, and of one cause once', () => {
    expect(storeTroubles({ fault: fault('failing'), warnings: [warning(DENIED)] }, NOW)).toMatchObject([
      { kind: 'store-fault', message: expect.stringMatching(/^cannot lead every key: The user/) },
    ]);
  });

  it('has no age below zero after the clock was set back', () => {
    expect(storeTroubles({ fault: undefined, warnings: [warning('x', NOW + 5_000)] }, NOW)).toMatchObject([
      { age: 0 },
    ]);
  });
});
