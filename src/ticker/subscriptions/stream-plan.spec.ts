import { describe, expect, it } from '@jest/globals';
import { type OptionContract, parseContract } from '../options/option-contract.js';
import { dealOut } from './stream-plan.js';

const contracts: OptionContract[] = Array.from({ length: 10 }, (_, i) =>
  parseContract(`AAPL261218C00${100 + i}000`)!,
);
const strikes = (accounts: readonly string[]) =>
  dealOut(contracts, accounts).map(({ account, contracts }) => [
    account,
    contracts.map(({ strike }) => strike),
  ]);

describe('dealOut', () => {
  it('goes round the accounts', () => {
    expect(strikes(['a', 'b', 'c', 'd'])).toEqual([
      ['a', [100, 104, 108]],
      ['b', [101, 105, 109]],
      ['c', [102, 106]],
      ['d', [103, 107]],
    ]);
  });

  it('has nothing to deal without accounts, and accounts without contracts', () => {
    expect(strikes([])).toEqual([]);
    expect(dealOut([], ['a'])).toEqual([{ account: 'a', contracts: [] }]);
  });
});
