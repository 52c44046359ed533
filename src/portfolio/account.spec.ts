import { describe, expect, it } from '@jest/globals';
import { type Account, valueOf } from './account.js';

describe('valueOf', () => {
  const account: Account = {
    id: 'a',
    name: 'A',
    cash: 100.1,
    positions: [
      { symbol: 'AAPL', quantity: 3 },
      { symbol: 'SPX', quantity: 0.5 },
    ],
  };

  it('adds cash and positions', () => {
    expect(valueOf(account, (symbol) => (symbol === 'AAPL' ? 10.2 : 1000))).toBe(630.7);
  });

  it('is in whole cents', () => {
    expect(valueOf(account, () => 1 / 3)).toBe(101.27);
  });

  it('is the cash of an account without positions', () => {
    expect(valueOf({ ...account, positions: [] }, () => NaN)).toBe(100.1);
  });
});
