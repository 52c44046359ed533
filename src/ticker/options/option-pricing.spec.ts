import { describe, expect, it } from '@jest/globals';
import { priceOption } from './option-pricing.js';

const YEAR = 365 * 86_400_000;
const atTheMoney = { strike: 100, spot: 100, volatility: 0.2, timeLeft: YEAR, rate: 0.05 };

describe('priceOption', () => {
  it("has the textbook's prices: 10.45 for the call and 5.57 for the put", () => {
    const call = priceOption({ ...atTheMoney, right: 'call' });
    const put = priceOption({ ...atTheMoney, right: 'put' });
    expect(call.price).toBeCloseTo(10.4506, 4);
    expect(put.price).toBeCloseTo(5.5735, 4);
    // Put-call parity.
    expect(call.price - put.price).toBeCloseTo(100 - 100 * Math.exp(-0.05), 6);
    expect(call.greeks.delta - put.greeks.delta).toBeCloseTo(1, 6);
  });

  it.each(['call', 'put'] as const)('has Greeks that are the slopes of the price of a %s', (right) => {
    const { price, greeks } = priceOption({ ...atTheMoney, right });
    const moved = (change: Partial<typeof atTheMoney>) =>
      priceOption({ ...atTheMoney, ...change, right }).price - price;
    expect(moved({ spot: 100.01 }) / 0.01).toBeCloseTo(greeks.delta, 3);
    expect(moved({ timeLeft: YEAR - 86_400_000 })).toBeCloseTo(greeks.theta, 3);
    expect(moved({ volatility: 0.2 + 0.0001 }) * 100).toBeCloseTo(greeks.vega, 3);
    expect(moved({ rate: 0.05 + 0.0001 }) * 100).toBeCloseTo(greeks.rho, 3);
    const delta = (spot: number) => priceOption({ ...atTheMoney, spot, right }).greeks.delta;
    expect((delta(100.01) - delta(99.99)) / 0.02).toBeCloseTo(greeks.gamma, 4);
  });

  it('is worth what exercising brings at the end', () => {
    expect(priceOption({ ...atTheMoney, right: 'put', strike: 150, timeLeft: 0 }).price).toBeCloseTo(50, 2);
    expect(priceOption({ ...atTheMoney, right: 'call', strike: 150, timeLeft: 0 }).price).toBe(0);
  });
});
