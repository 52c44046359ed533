import { describe, expect, it } from '@jest/globals';
import { PriceFeed } from '../../market/price-feed.js';
import { loadPriceSeries } from '../../market/price-series.js';
import { demoContracts, staleDemoContracts } from './demo-contracts.js';
import { isExpired, parseContract } from './option-contract.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Friday, before and after the close in New York. */
const friday = Date.UTC(2026, 10, 20, 12);

describe('demoContracts', () => {
  const feed = new PriceFeed(loadPriceSeries());
  const contracts = (now: number, count: number) =>
    demoContracts((symbol, at) => feed.priceAt(symbol, at), now, count);

  it.each([200, 10_000])('lists %d different contracts, none of which has expired long ago', (count) => {
    const ids = contracts(friday, count);
    expect(new Set(ids).size).toBe(count);
    const parsed = ids.map((id) => parseContract(id));
    expect(parsed.every((contract) => contract && !isExpired(contract, friday))).toBe(true);
    expect(new Set(parsed.map((contract) => contract?.expiry))).toEqual(
      new Set(['2026-11-20', '2026-11-27', '2026-12-04', '2026-12-11']),
    );
  });

  it.each([20, 22, 23.9])('lists nothing that has expired, %d hours after the Friday began', (hours) => {
    const now = Date.UTC(2026, 10, 20) + hours * HOUR;
    const parsed = contracts(now, 200).map((id) => parseContract(id)!);
    expect(parsed.filter((contract) => isExpired(contract, now))).toEqual([]);
    expect(isExpired(parseContract(staleDemoContracts(now)[0]!)!, now)).toBe(true);
  });

  it('lists the same at every boot of a week', () => {
    expect(contracts(friday + DAY, 500)).toEqual(contracts(friday + 6 * DAY, 500));
    expect(contracts(friday, 500)).not.toEqual(contracts(friday + DAY, 500));
  });

  it('lists nothing for a demo without contracts', () => {
    expect(contracts(friday, 0)).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('has an expired one and one unknown, %d days after a Friday', (days) => {
    const [expired, unknown] = staleDemoContracts(friday + days * DAY);
    expect(isExpired(parseContract(expired!)!, friday + days * DAY)).toBe(true);
    expect(parseContract(unknown!)).toBeUndefined();
  });
});
