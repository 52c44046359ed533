import { beforeEach, describe, expect, it } from '@jest/globals';
import { TOSSED } from './replica/settings.js';
import { Terms } from './terms.js';

const KEY = 'prices:leader';

describe('Terms', () => {
  let terms: Terms;

  beforeEach(() => {
    terms = new Terms();
    for (const key of [KEY, TOSSED]) terms.take('one', { event: 'elected', key, token: 5, at: 10_000 });
  });
  const revoke = (key: string, reason: 'lost' | 'deadline' | 'stop' | 'step-down') =>
    terms.take('one', { event: 'revoked', key, token: 5, reason, at: 13_000 });

  it('takes a term that ends of itself for lost', () => {
    revoke(KEY, 'deadline');
    expect(terms.lost).toEqual([{ replica: 'one', key: KEY, token: 5, reason: 'deadline' }]);
    expect(terms.led).toEqual([TOSSED]);
  });

  it('forgives the end of a term whose token was mutated, and of no other', () => {
    terms.onToss(12_000);
    revoke(KEY, 'lost');
    revoke(TOSSED, 'lost');
    expect(terms.lost.map(({ key }) => key)).toEqual([KEY]);
    expect(terms.byRight).toBe(1);
  });

  it('does not forgive a term for what was done to the token before it began', () => {
    terms.onToss(7_000);
    revoke(TOSSED, 'lost');
    expect(terms.lost.map(({ key }) => key)).toEqual([TOSSED]);
  });

  it('forgives what somebody asked for', () => {
    revoke(KEY, 'step-down');
    terms.finish();
    revoke(TOSSED, 'stop');
    expect(terms.lost).toEqual([]);
  });

  it('sees a token that does not rise', () => {
    terms.take('two', { event: 'elected', key: KEY, token: 5, at: 14_000 });
    expect(terms.fallen).toEqual([`${KEY}: 5 after 5`]);
  });
});
