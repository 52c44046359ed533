import { describe, expect, it } from '@jest/globals';
import { limit, oneOf } from './query.js';

const message = (schema: ReturnType<typeof limit | typeof oneOf>, input: unknown) =>
  schema.safeParse(input).error?.issues.map((issue) => issue.message);

describe('limit', () => {
  it('reads a number, and has a default', () => {
    expect(limit(50).parse('7')).toBe(7);
    expect(limit(50).parse('1000')).toBe(1000);
    expect(limit(50).parse(undefined)).toBe(50);
  });

  it.each(['0', '1001', '-1', '1.5', 'ten', ''])('refuses %j and says why', (text) => {
    expect(message(limit(50), text)).toEqual([`expected a whole number from 1 to 1000, received "${text}"`]);
  });

  it('refuses to be given twice', () => {
    expect(message(limit(50), ['1', '2'])).toEqual(['expected one whole number, received ["1","2"]']);
  });
});

describe('oneOf', () => {
  const fruit = oneOf(['apple', 'pear'], 'apple');

  it('takes what is listed, and has a default', () => {
    expect(fruit.parse('pear')).toBe('pear');
    expect(fruit.parse(undefined)).toBe('apple');
  });

  it('lists what it takes', () => {
    expect(message(fruit, 'plum')).toEqual(['expected apple, pear, received "plum"']);
  });
});
