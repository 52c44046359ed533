import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../../test/support/seeded-random.js';
import { isJobId, newJobId, timeOfJobId } from './job-id.js';

describe('a job id', () => {
  const random = seededRandom(1);

  it.each([0, 1, 1_700_000_000_000, 2 ** 48 - 1])('tells its time, %d', (time) => {
    const id = newJobId(time, random);
    expect(isJobId(id)).toBe(true);
    expect(timeOfJobId(id)).toBe(time);
  });

  it('sorts by its time', () => {
    const ids = Array.from({ length: 500 }, (_, i) => newJobId(1_700_000_000_000 + i * 37, random));
    expect(ids.toSorted()).toEqual(ids);
  });

  it('is another one each time, also in one millisecond', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newJobId(1, random))).size).toBe(10_000);
  });

  it('is made of the given time and randomness alone', () => {
    expect(newJobId(5, seededRandom(2))).toBe(newJobId(5, seededRandom(2)));
  });

  it.each([undefined, null, 7, {}, [], '', 'x', '00000000-0000-0000-0000-000000000000'])(
    'is not %j',
    (text) => {
      expect(isJobId(text)).toBe(false);
    },
  );

  it.each([
    ['of version 4', '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d'],
    ['with a line break after it', '018bcfe5-6800-7000-8000-000000000000\n'],
    ['without hyphens', '018bcfe5680070008000000000000000'],
  ])('is none %s', (_, text) => {
    expect(isJobId(text)).toBe(false);
  });
});
