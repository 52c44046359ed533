import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { callGuest } from './call-guest.js';

const ERROR = new Error('on purpose');
const raise = (): never => {
  throw ERROR;
};

describe('callGuest', () => {
  it.each<[string, () => unknown]>([
    ['throws', raise],
    ['rejects', () => Promise.reject(ERROR)],
    [
      'returns a promise of another library that rejects',
      () => ({ then: (_: unknown, fail: (e: Error) => void) => fail(ERROR) }),
    ],
    [
      'returns what throws when it is awaited',
      () => ({
        get then() {
          return raise();
        },
      }),
    ],
  ])('hands the error on, and goes on, when the guest %s', async (_, guest) => {
    const errors: unknown[] = [];
    callGuest(guest, (error) => errors.push(error));
    await setImmediate();
    expect(errors).toEqual([ERROR]);
  });

  it('goes on when nobody takes the error, and when whoever takes it throws', async () => {
    callGuest(raise);
    callGuest(raise, raise);
    callGuest(() => Promise.reject(ERROR), raise);
    await setImmediate();
  });

  it('waits for nothing', () => {
    let told = false;
    callGuest(() => new Promise(() => undefined));
    callGuest(() => (told = true));
    expect(told).toBe(true);
  });
});
