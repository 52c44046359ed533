import { describe, expect, it } from '@jest/globals';
import { blackScholes, type Terms } from './black-scholes.js';

const terms = (right: Terms['right'], more: Partial<Terms> = {}): Terms => ({
  right,
  spot: 42,
  strike: 40,
  years: 0.5,
  volatility: 0.2,
  rate: 0.1,
  ...more,
});

describe('blackScholes', () => {
  it('has the prices of the example in Hull', () => {
    expect(blackScholes(terms('call')).price).toBeCloseTo(4.76, 2);
    expect(blackScholes(terms('put')).price).toBeCloseTo(0.81, 2);
  });

  it('keeps the parity of put and call', () => {
    for (const strike of [20, 40, 80]) {
      const call = blackScholes(terms('call', { strike }));
      const put = blackScholes(terms('put', { strike }));
      expect(call.price - put.price).toBeCloseTo(42 - strike * Math.exp(-0.05), 6);
      expect(call.delta - put.delta).toBeCloseTo(1, 6);
    }
  });

  it.each(['call', 'put'] as const)('has Greeks of a %s that are the slopes of its price', (right) => {
    const { delta, gamma, theta, vega } = blackScholes(terms(right));
    const price = (more: Partial<Terms>) => blackScholes(terms(right, more)).price;
    const slope = (up: number, down: number, width: number) => (up - down) / width;
    expect(delta).toBeCloseTo(slope(price({ spot: 42.1 }), price({ spot: 41.9 }), 0.2), 4);
    expect(gamma).toBeCloseTo((price({ spot: 42.1 }) - 2 * price({}) + price({ spot: 41.9 })) / 0.01, 3);
    expect(vega).toBeCloseTo(slope(price({ volatility: 0.205 }), price({ volatility: 0.195 }), 1), 4);
    const day = 1 / 365;
    expect(theta).toBeCloseTo(slope(price({ years: 0.5 - day }), price({ years: 0.5 + day }), 2), 4);
  });
});
