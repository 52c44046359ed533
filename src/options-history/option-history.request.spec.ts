import { describe, expect, it } from '@jest/globals';
import { optionHistoryRequest } from './option-history.request.js';

const year = { root: 'AAPL', startDate: '2024-01-01', endDate: '2024-12-31' };

function problemsOf(input: unknown): string[] {
  const { error } = optionHistoryRequest.safeParse(input);
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

describe('optionHistoryRequest', () => {
  it('takes a year of a share, in the case that the caller likes', () => {
    expect(optionHistoryRequest.parse({ ...year, root: 'aapl' })).toEqual({ ...year, forceRefresh: false });
  });

  it('takes a single day', () => {
    expect(problemsOf({ ...year, endDate: year.startDate, forceRefresh: true })).toEqual([]);
  });

  it.each([
    [{ root: 'ZZZZ' }, 'root: expected AAPL, MSFT, GOOG, AMZN, IBM, SPX, received "ZZZZ"'],
    [{ root: 7 }, 'root: expected a symbol (AAPL, MSFT, GOOG, AMZN, IBM, SPX), received 7'],
    [{ root: '../../etc' }, 'root: expected AAPL, MSFT, GOOG, AMZN, IBM, SPX, received "../../ETC"'],
    [{ startDate: undefined }, 'startDate: expected a day as YYYY-MM-DD, received nothing'],
    [{ startDate: '2024-02-30' }, 'startDate: expected a day as YYYY-MM-DD, received "2024-02-30"'],
    [{ startDate: '2024-1-1' }, 'startDate: expected a day as YYYY-MM-DD, received "2024-1-1"'],
    [{ startDate: '1999-12-31' }, 'startDate: expected 2000-01-03 or later, received "1999-12-31"'],
    [{ endDate: 20241231 }, 'endDate: expected a day as YYYY-MM-DD, received 20241231'],
    [{ endDate: '2023-12-31' }, 'endDate: expected startDate or a later day'],
    [{ endDate: '2034-01-01' }, 'endDate: expected less than 10 years after startDate'],
    [{ forceRefresh: 'yes' }, 'forceRefresh: expected true or false, received "yes"'],
    [{ more: 1 }, ': Unrecognized key: "more"'],
  ])('refuses %j', (wrong, message) => {
    expect(problemsOf({ ...year, ...wrong })[0]).toBe(message);
  });

  it.each([undefined, null, [], 'AAPL', 1])('refuses %j as a body', (body) => {
    expect(problemsOf(body)).not.toEqual([]);
  });

  it('says all that is wrong at once', () => {
    expect(problemsOf({ root: 1, startDate: 2, endDate: 3 })).toHaveLength(3);
  });
});
