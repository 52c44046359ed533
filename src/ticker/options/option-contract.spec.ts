import { describe, expect, it } from '@jest/globals';
import { contractId, isExpired, parseContract } from './option-contract.js';

describe('parseContract', () => {
  it('reads what contractId writes', () => {
    const contract = parseContract('AAPL261218C00250500');
    expect(contract).toEqual({
      id: 'AAPL261218C00250500',
      underlying: 'AAPL',
      right: 'call',
      strike: 250.5,
      expiry: '2026-12-18',
      expiresAt: Date.UTC(2026, 11, 18, 21),
    });
    expect(contract && contractId(contract)).toBe('AAPL261218C00250500');
    expect(parseContract('SPX260717P01400000')?.right).toBe('put');
  });

  it('knows summer time', () => {
    expect(parseContract('IBM260717P00100000')?.expiresAt).toBe(Date.UTC(2026, 6, 17, 20));
  });

  it.each([
    ['another symbol', 'ZZZZ261218C00250000'],
    ['a Thursday', 'AAPL261217C00250000'],
    ['a day that is not', 'AAPL270230C00250000'],
    ['a month that is not', 'AAPL261318C00250000'],
    ['a strike of nothing', 'AAPL261218C00000000'],
    ['no right', 'AAPL261218X00250000'],
    ['padding', 'AAPL  261218C00250000'],
    ['nothing', ''],
  ])('does not know %s', (_, id) => {
    expect(parseContract(id)).toBeUndefined();
  });
});

describe('isExpired', () => {
  it('is so from the close of the last day on', () => {
    const contract = parseContract('AAPL261218C00250000')!;
    expect(isExpired(contract, contract.expiresAt - 1)).toBe(false);
    expect(isExpired(contract, contract.expiresAt)).toBe(true);
  });
});
