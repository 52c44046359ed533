import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../testing/index.js';
import { pause } from './pause.js';

describe('pause', () => {
  it('ends after its time, and leaves no listener', async () => {
    const clock = new TestClock();
    const { signal } = new AbortController();
    const paused = pause(clock, 100, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await clock.advance(100);
    await paused;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the signal, also with one that aborted before', async () => {
    const clock = new TestClock();
    let timers = 0;
    const counting = {
      setTimeout: (callback: () => void, delay: number) => {
        timers += 1;
        const timer = clock.setTimeout(callback, delay);
        return {
          cancel: () => {
            timers -= 1;
            timer.cancel();
          },
        };
      },
    };
    const abort = new AbortController();
    const paused = pause(counting, 100, abort.signal);
    expect(timers).toBe(1);
    abort.abort();
    await paused;
    await pause(counting, 100, abort.signal);
    expect(timers).toBe(0);
  });
});
