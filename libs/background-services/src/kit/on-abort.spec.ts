import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { onAbort } from './on-abort.js';

describe('onAbort', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('calls back once, when the signal aborts', () => {
    const abort = new AbortController();
    let calls = 0;
    onAbort(abort.signal, () => (calls += 1));
    expect(calls).toBe(0);
    abort.abort();
    abort.abort();
    expect(calls).toBe(1);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('calls back before it returns, if the signal is aborted already, and leaves no listener', () => {
    const signal = AbortSignal.abort();
    let calls = 0;
    const stop = onAbort(signal, () => (calls += 1));
    expect(calls).toBe(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    stop();
  });

  it('is not called any more once it was stopped', () => {
    const abort = new AbortController();
    let calls = 0;
    const stop = onAbort(abort.signal, () => (calls += 1));
    stop();
    stop();
    abort.abort();
    expect(calls).toBe(0);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('tells the others if one throws, and warns of it', () => {
    const abort = new AbortController();
    const told: string[] = [];
    const throwing = (error: unknown) => () => {
      throw error;
    };
    const hostile = {
      get stack() {
        throw new Error('unreadable');
      },
    };
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    onAbort(abort.signal, throwing(new Error('broken')));
    onAbort(abort.signal, () => told.push('second'));
    abort.abort();
    onAbort(abort.signal, throwing(hostile));
    onAbort(abort.signal, throwing(undefined));
    onAbort(abort.signal, () => told.push('late'));
    expect(told).toEqual(['second', 'late']);
    expect(warn.mock.calls.map(([warning]) => String(warning).split('\n')[0])).toEqual([
      'A listener failed: Error: broken',
      'A listener failed: an error that cannot be shown',
      'A listener failed: undefined',
    ]);
  });
});
