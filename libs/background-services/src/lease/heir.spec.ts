import { describe, expect, it } from '@jest/globals';
import { heirOf } from './heir.js';

describe('heirOf', () => {
  const release = { key: 'orders', holder: 'a', token: 1, ledger: {} };

  it('is for whom the lease is kept', () => {
    const heir = { holder: 'b', ttl: 1 };
    expect(heirOf({ ...release, heir })).toBe(heir);
  });

  it.each([
    undefined,
    { holder: 'a', ttl: 1_000 },
    { holder: '', ttl: 1_000 },
    { holder: 'b', ttl: 0 },
    { holder: 'b', ttl: -1 },
    { holder: 'b', ttl: NaN },
  ])('is nobody with %p', (heir) => {
    expect(heirOf({ ...release, heir })).toBeUndefined();
  });
});
