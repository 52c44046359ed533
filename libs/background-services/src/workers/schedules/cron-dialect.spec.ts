import { describe, expect, it } from '@jest/globals';
import { clockChangeRules, toCronerPattern } from './cron-dialect.js';
import { readCronPattern } from './cron-grammar.js';

const write = (pattern: string) => {
  const fields = readCronPattern(pattern);
  return clockChangeRules(fields).map((rule) => `${rule}: ${toCronerPattern(fields, rule)}`);
};

describe('what croner is told', () => {
  it.each([
    ['0 0 1-31 * 1', 'fixed: 0 0 0 * * 1'],
    ['0 0 */1 * 1', 'fixed: 0 0 0 * * 1'],
    ['0 0 1-10,11-31 * 1', 'fixed: 0 0 0 * * 1'],
    ['0 0 13 * 1-7', 'fixed: 0 0 0 13 * *'],
    ['30 0 0 1-31 1-12 1', 'fixed: 30 0 0 * * 1'],
  ])('is that a list of every day is no restriction: "%s"', (pattern, expected) => {
    expect(write(pattern)).toEqual([expected]);
  });

  it.each([
    ['30 2 * * *', ['fixed: 0 30 2 * * *']],
    ['0,30 2,3 * * 5', ['fixed: 0 0,30 2,3 * * 5']],
    ['*/30 * * * *', ['open: 0 0,30 * * * *']],
    ['15 0-23 * * *', ['open: 0 15 * * * *']],
    ['@secondly', ['open: * * * * * *']],
  ])('is one pattern for fixed times, and for what runs in every hour: "%s"', (pattern, expected) => {
    expect(write(pattern)).toEqual(expected);
  });

  it.each([
    ['*/30 2 * * *', ['open: 0-0/1,0 0,30 2 * * *', 'fixed: 0 0,30 2 * * *']],
    ['0 */12 * * *', ['open: 0-0/1,0 0 0,12 * * *', 'fixed: 0 0 0,12 * * *']],
    ['* * 2 * * *', ['open: * * 2 * * *', `fixed: ${upTo(59)} ${upTo(59)} 2 * * *`]],
    ['0-59 2 * * *', ['open: 0 * 2 * * *', `fixed: 0 ${upTo(59)} 2 * * *`]],
  ])('is two patterns for frequencies within named hours: "%s"', (pattern, expected) => {
    expect(write(pattern)).toEqual(expected);
  });
});

function upTo(last: number): string {
  return Array.from({ length: last + 1 }, (_, i) => i).join(',');
}
