import { describe, expect, it } from '@jest/globals';
import { CountingClock } from '../../../../test/support/counting-clock.js';
import { TestClock } from '../testing/index.js';
import { within } from './within.js';

describe('within', () => {
  it.each([
    ['ends well', () => Promise.resolve('done')],
    ['ends badly', () => Promise.reject(new Error('broken'))],
  ])('says that work was in time that %s, and leaves no timer', async (_how, work) => {
    const clock = new CountingClock();
    expect(await within(clock, 60_000, work())).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('says that work is late that does not end', async () => {
    const clock = new TestClock();
    const late = within(clock, 100, new Promise(() => undefined));
    await clock.advance(100);
    expect(await late).toBe(false);
  });
});
