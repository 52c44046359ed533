import { describe, expect, it, jest } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { inBackground } from './in-background.js';

describe('inBackground', () => {
  it('hands on what the work rejects with', async () => {
    const error = new Error('on purpose');
    const told = await new Promise((tell) => inBackground(Promise.reject(error), tell));
    expect(told).toBe(error);
  });

  it.each<[string, ((error: unknown) => void) | undefined, string]>([
    ['nobody is told', undefined, 'Work in the background failed: Error: of the work'],
    [
      'whoever is told throws',
      () => {
        throw new Error('of the listener');
      },
      'A listener failed: Error: of the listener',
    ],
  ])('warns, and ends no process, where %s', async (_, onError, message) => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    inBackground(Promise.reject(new Error('of the work')), onError);
    await setImmediate();
    expect(warn.mock.calls.map(([warning]) => String(warning).split('\n')[0])).toEqual([message]);
    warn.mockRestore();
  });

  it('says nothing of work that succeeds', async () => {
    let told = false;
    const work = Promise.resolve(1);
    inBackground(work, () => (told = true));
    await work;
    expect(told).toBe(false);
  });
});
