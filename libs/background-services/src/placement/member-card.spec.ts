import { describe, expect, it } from '@jest/globals';
import { LONGEST_MEMBER } from '../lease/index.js';
import { decodeMember, encodeMember, hasKey, hasKeysOf, keysOf, type MemberCard } from './member-card.js';

const keys = (count: number) => Array.from({ length: count }, (_, i) => `app:key:${i}`);
const card = (of: readonly string[]): MemberCard => ({
  ...{ capacity: 1.5, accepts: true, closed: null, held: 12, version: '1.2.3' },
  ...keysOf(of),
});

describe('The card of a member', () => {
  it.each([0, 1, 128, 129, 10_000])('comes back as it was written, with %i keys', (count) => {
    const one = card(keys(count));
    expect(decodeMember(encodeMember(one))).toEqual(one);
  });

  it('fits into what a board reads, whatever it says', () => {
    const text = encodeMember({
      ...card(keys(128)),
      version: '"'.repeat(1_000),
      held: 10_000,
      capacity: 1 / 3,
    });
    expect(Buffer.byteLength(text)).toBeLessThan(LONGEST_MEMBER / 2);
  });

  it('says which keys a replica has', () => {
    const one = card(['a', 'accounts/64']);
    expect(hasKey(one, 'a')).toBe(true);
    expect(hasKey(one, 'accounts/64')).toBe(true);
    expect(hasKey(one, 'accounts/65')).toBe(false);
  });

  it('tells apps apart, and not versions of one', () => {
    expect(hasKeysOf(card(['a', 'b']), card(['b', 'c']))).toBe(true);
    expect(hasKeysOf(card(['a', 'b']), card(['c']))).toBe(false);
    expect(hasKeysOf(card(keys(200)), card(keys(200).reverse()))).toBe(true);
    expect(hasKeysOf(card(keys(200)), card(keys(201)))).toBe(false);
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"form":2,"capacity":1,"closed":null,"held":1,"keySet":1}',
    '{"form":1,"capacity":0,"closed":null,"held":1,"keySet":1}',
    '{"form":1,"capacity":1e999,"closed":null,"held":1,"keySet":1}',
    '{"form":1,"capacity":1,"closed":"away","held":1,"keySet":1}',
    '{"form":1,"capacity":1,"closed":null,"held":-1,"keySet":1}',
    '{"form":1,"capacity":1,"closed":null,"held":1}',
  ])('reads %s as none', (text) => {
    expect(decodeMember(text)).toBeUndefined();
  });

  it('takes a list that is none for no list', () => {
    const text = '{"form":1,"capacity":1,"closed":null,"held":1,"keySet":1,"keys":[1,2],"version":7}';
    expect(decodeMember(text)).toMatchObject({ keys: undefined, version: null });
  });
});
