import { describe, expect, it, jest } from '@jest/globals';
import { steadily } from './steadily.js';
import { expectInTime, TooLateError } from './too-late.js';

/** A test that fails so often before it passes. */
function failing(times: number) {
  let tries = 0;
  return jest.fn(async () => {
    tries += 1;
    if (tries <= times) throw new TooLateError(`late ${tries}`);
  });
}

describe('A test of milliseconds', () => {
  const cleanUp = jest.fn(async () => undefined);
  /** Somebody waits for a processor all the time. */
  const busy = () => performance.now();

  it('is played again if it fails on a busy machine, after a clean-up', async () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const test = failing(2);
    await steadily(test, { cleanUp, waited: busy })();
    expect(test).toHaveBeenCalledTimes(3);
    expect(cleanUp).toHaveBeenCalledTimes(2);
    expect(warn).toHaveBeenCalledTimes(2);
    expect(warn).toHaveBeenLastCalledWith(
      expect.stringMatching(/busy for \d+ % of the time: Error: late 2$/),
    );
    warn.mockRestore();
  });

  it('fails if it never passes there', async () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    await expect(steadily(failing(3), { cleanUp, waited: busy })()).rejects.toThrow('late 3');
    warn.mockRestore();
  });

  it('fails at once if anything else is wrong', async () => {
    const test = jest.fn(async () => {
      expect(2).toBe(1);
    });
    await expect(steadily(test, { cleanUp, waited: busy })()).rejects.toThrow(/toBe/);
    expect(test).toHaveBeenCalledTimes(1);
  });

  it('says what came too late', () => {
    expectInTime([1, 9], 10, 'The answer');
    expect(() => expectInTime([1, 10.04], 10, 'The answer')).toThrow(
      new TooLateError('The answer: expected less than 10 ms, took 10.0 ms'),
    );
  });

  it('fails at once on a machine that has nothing else to do', async () => {
    const test = failing(1);
    await expect(steadily(test, { cleanUp, waited: () => 0 })()).rejects.toThrow('late 1');
    expect(test).toHaveBeenCalledTimes(1);
  });
});
