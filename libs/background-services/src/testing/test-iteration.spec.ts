import { describe, expect, it } from '@jest/globals';
import { listenOften, warnedOfListeners } from '../../../../test/support/warned-of-listeners.js';
import { LeadershipLostError } from '../errors/index.js';
import { testIteration } from './test-iteration.js';

describe('testIteration', () => {
  it('has all that an iteration has', () => {
    expect(testIteration()).toMatchObject({
      ...{ worker: 'test', key: 'test:leader', fencingToken: 1, number: 1, scheduledAt: new Date(0) },
      signal: { aborted: false },
    });
    expect(testIteration({ worker: 'prices', fencingToken: 7 })).toMatchObject({
      ...{ worker: 'prices', key: 'prices:leader', fencingToken: 7 },
    });
  });

  it('takes as many listeners on its signal as one of the library, without a warning of Node', () => {
    const { signal } = testIteration();
    listenOften(signal);
    expect(warnedOfListeners(signal)).toBe(false);
  });

  it('is of a term that ends with its signal', () => {
    const term = new AbortController();
    const { assertLeader } = testIteration({ signal: term.signal, fencingToken: 7 });
    expect(assertLeader).not.toThrow();
    term.abort();
    expect(assertLeader).toThrow(LeadershipLostError);
  });
});
