import { describe, expect, it } from '@jest/globals';
import { readCronPattern } from './cron-grammar.js';

/** The values of the six fields, those that match always as `*`. */
const read = (pattern: string) =>
  readCronPattern(pattern).map(({ values, isFull }) => (isFull ? '*' : values.join(',')));

describe('readCronPattern', () => {
  it.each([
    ['30 4 * * *', ['0', '30', '4', '*', '*', '*']],
    ['*/20 30 4 * * *', ['0,20,40', '30', '4', '*', '*', '*']],
    ['5/15 8-18/4 * * *', ['0', '5,20,35,50', '8,12,16', '*', '*', '*']],
    ['1,1,0-2 * * * *', ['0', '0,1,2', '*', '*', '*', '*']],
    ['007 * * * *', ['0', '7', '*', '*', '*', '*']],
    ['0-59 0-23 1-31 1-12 0-6', ['0', '*', '*', '*', '*', '*']],
    ['  0\t0  1 JAN,jul  fri  ', ['0', '0', '0', '1', '1,7', '5']],
    ['@Weekends', ['0', '0', '0', '*', '*', '0,6']],
  ])('reads "%s"', (pattern, expected) => {
    expect(read(pattern)).toEqual(expected);
  });

  it.each([
    ['1/2', '0,1,3,5'],
    ['7/2', '0'],
    ['*/2', '0,2,4,6'],
    ['5-7', '0,5,6'],
    ['fri-7', '0,5,6'],
    ['1-7', '*'],
    ['sun-SAT', '*'],
    ['*/7', '0'],
  ])('counts weekdays up to 7, the second Sunday: "%s"', (days, expected) => {
    expect(read(`0 9 * * ${days}`).at(-1)).toBe(expected);
  });

  it('takes names in any field, as their numbers', () => {
    expect(read('mon feb mar apr may')).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it.each([
    ['', 'it has 0 fields, not five or six'],
    ['* * * *', 'it has 4 fields, not five or six'],
    ['* * * * * * *', 'it has 7 fields, not five or six'],
    [' @daily', '"dai" is no name of a month or day, and no modifier that `cron` knows'],
    ['@reboot', '"reb" is no name of a month or day, and no modifier that `cron` knows'],
    ['0 0 L * *', '"l" is no name of a month or day, and no modifier that `cron` knows'],
    ['0 0 15W * *', '"w" is no name of a month or day, and no modifier that `cron` knows'],
    [
      '0 0 * * MON#2',
      'there is something that is no number, range, list or step in the field "day of week": "1#2"',
    ],
    [
      '0 0 ? * *',
      'there is something that is no number, range, list or step in the field "day of month": "?"',
    ],
    ['1,,2 * * * *', 'there is something that is no number, range, list or step in the field "minute": ""'],
    ['5* * * * *', 'there is something that is no number, range, list or step in the field "minute": "5*"'],
    ['60 * * * *', 'there is a value outside 0 to 59 in the field "minute": "60"'],
    ['* 20-24 * * *', 'there is a value outside 0 to 23 in the field "hour": "20-24"'],
    ['* * 0 * *', 'there is a value outside 1 to 31 in the field "day of month": "0"'],
    ['* * * 13/2 *', 'there is a value outside 1 to 12 in the field "month": "13/2"'],
    ['* * * * 8', 'there is a value outside 0 to 7 in the field "day of week": "8"'],
    ['*/0 * * * *', 'there is a step of zero in the field "minute": "*/0"'],
    ['* 5-1 * * *', 'there is a range that ends before it begins in the field "hour": "5-1"'],
  ])('refuses "%s" with the reason', (pattern, reason) => {
    expect(() => readCronPattern(pattern)).toThrow(new RangeError(reason));
  });

  it.each([
    ['*/90 * * * *', [{ text: '*/90', step: 90, value: 0 }]],
    ['0 */48 * * *', [{ text: '*/48', step: 48, value: 0 }]],
    ['50/15 * * * *', [{ text: '50/15', step: 15, value: 50 }]],
    ['0 9 * * 7/2', [{ text: '7/2', step: 2, value: 0 }]],
    ['0 0 1 */12 *', []],
    ['*/60 * * * *', []],
    ['0 */24 * * *', []],
    ['*/59 * * * *', []],
    ['*/45 7 * * *', []],
  ])('tells steps that lead nowhere from those that mean "at the first value": "%s"', (pattern, expected) => {
    expect(readCronPattern(pattern).flatMap(({ idleSteps }) => idleSteps)).toEqual(expected);
  });
});
