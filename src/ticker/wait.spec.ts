import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { TestClock } from 'nestjs-background-services/testing';
import { wait } from './wait.js';

describe('wait', () => {
  it('lasts as long as it was told', async () => {
    const clock = new TestClock();
    const { signal } = new AbortController();
    let over = false;
    void wait(clock, 1_000, signal).then(() => (over = true));
    await clock.advance(999);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(over).toBe(true);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends with the signal, and at once if that has aborted already', async () => {
    const clock = new TestClock();
    const abort = new AbortController();
    const waiting = wait(clock, 1_000, abort.signal);
    abort.abort();
    await waiting;
    await wait(clock, 1_000, abort.signal);
  });
});
