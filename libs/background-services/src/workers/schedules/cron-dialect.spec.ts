import { describe, expect, it } from '@jest/globals';
import { toCronerPattern } from './cron-dialect.js';

describe('toCronerPattern', () => {
  it.each([
    ['0 0 1-31 * 1', '0 0 * * 1'],
    ['0 0 */1 * 1', '0 0 * * 1'],
    ['0 0 1/1 * 1', '0 0 * * 1'],
    ['0 0 1-10,11-31 * 1', '0 0 * * 1'],
    ['0 0 13 * 0-6', '0 0 13 * *'],
    ['0 0 13 * 1-7', '0 0 13 * *'],
    ['0 0 13 * SUN-sat', '0 0 13 * *'],
    ['30 0 0 1-31 * 1', '30 0 0 * * 1'],
  ])('takes a list of every day for no restriction: "%s"', (pattern, expected) => {
    expect(toCronerPattern(pattern)).toBe(expected);
  });

  it.each([
    '0 0 1-30 * 1',
    '0 0 2-31 * 1',
    '0 0 */2 * 1',
    '0 0 13 * 1-6',
    '0 0 13 * mon-fri',
    '0 0 L * *',
    '0 0 15W * 1',
    '0 0 * * MON#2',
    '0 0 ? * 5L',
    '0 0 1-99 * 1',
    '0 0 */0 * 1',
    '0-59 0-23 13 1-12 5',
  ])('leaves the others as they are: "%s"', (pattern) => {
    expect(toCronerPattern(pattern)).toBe(pattern);
  });

  it('knows the short forms that only the `cron` package knows', () => {
    expect(['@secondly', '@Minutely', ' @weekdays ', '@weekends'].map(toCronerPattern)).toEqual([
      '* * * * * *',
      '0 * * * * *',
      '0 0 0 * * 1-5',
      '0 0 0 * * 0,6',
    ]);
  });

  it('leaves the short forms to croner that both know', () => {
    expect(toCronerPattern('@daily')).toBe('@daily');
  });
});
