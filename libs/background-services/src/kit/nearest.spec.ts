import { describe, expect, it } from '@jest/globals';
import { nearest } from './nearest.js';

describe('nearest', () => {
  const known = ['ttl', 'renewInterval', 'jitter'];

  it.each([
    ['tll', 'ttl'],
    ['renew_interval', 'renewInterval'],
    ['RENEWINTERVAL', 'renewInterval'],
    ['jiter', 'jitter'],
  ])('takes %s for %s', (name, meant) => {
    expect(nearest(name, known, 2)).toBe(meant);
  });

  it.each(['timeout', '', 'x'.repeat(1_000_000)])('takes a name that is like none for none', (name) => {
    expect(nearest(name, known, 2)).toBeUndefined();
  });
});
