import { beforeEach, describe, expect, it } from '@jest/globals';
import { OnceAMinute } from './once-a-minute.js';

describe('OnceAMinute', () => {
  let now: number;
  let log: OnceAMinute;

  beforeEach(() => {
    now = 1_000_000;
    log = new OnceAMinute(() => now);
  });

  it('lets a line pass once a minute', () => {
    const due = [0, 30_000, 29_999, 1, 59_999, 1].map((passed) => {
      now += passed;
      return log.isDue('a');
    });
    expect(due).toEqual([true, false, false, true, false, true]);
  });

  it('tells lines apart', () => {
    expect([log.isDue('a'), log.isDue('b'), log.isDue('b')]).toEqual([true, true, false]);
  });

  it('goes on when the clock is set back', () => {
    log.isDue('a');
    now -= 3_600_000;
    expect(log.isDue('a')).toBe(true);
  });

  it('remembers 1,000 lines at most', () => {
    for (let i = 0; i <= 1_000; i += 1) log.isDue(`line ${i}`);
    expect(log.isDue('line 0')).toBe(true);
    expect(log.isDue('line 1000')).toBe(false);
  });
});
