import { describe, expect, it } from '@jest/globals';
import { PriceFeed } from './price-feed.js';
import { loadPriceSeries } from './price-series.js';
import { SYMBOLS } from './symbols.js';

const HOUR = 3_600_000;
const noon = Date.UTC(2026, 10, 20, 12);

describe('PriceFeed', () => {
  const feed = new PriceFeed(loadPriceSeries());

  it('is the same market on every replica', () => {
    const other = new PriceFeed(loadPriceSeries());
    for (const symbol of SYMBOLS) {
      expect(feed.priceAt(symbol, new Date(noon + 1234))).toBe(other.priceAt(symbol, noon + 1234));
    }
  });

  it('passes near the real prices, forwards and then backwards, once an hour', () => {
    const flat = new PriceFeed(new Map([['AAPL', [100, 200, 400]]]));
    const hours = [0, 1, 2, 3, 4, 5];
    const prices = hours.map((hour) => flat.priceAt('AAPL', hour * HOUR));
    [100, 200, 400, 200, 100, 200].forEach((expected, i) => {
      expect(Math.abs((prices[i] ?? NaN) / expected - 1)).toBeLessThan(0.0025);
    });
    expect(flat.priceAt('AAPL', 0.5 * HOUR)).toBeGreaterThan(149);
    expect(flat.priceAt('AAPL', 0.5 * HOUR)).toBeLessThan(151);
  });

  it('moves with every tick, without jumps, also where the series turns around', () => {
    for (const symbol of SYMBOLS) {
      for (const start of [noon, 122 * 4_000 * HOUR - 300_000]) {
        const ticks = Array.from({ length: 600 }, (_, second) =>
          feed.priceAt(symbol, start + second * 1_000),
        );
        const steps = ticks.slice(1).map((price, i) => Math.abs(price / (ticks[i] ?? NaN) - 1));
        expect(Math.max(...steps)).toBeLessThan(0.002);
        expect(new Set(ticks).size).toBeGreaterThan(5);
      }
    }
  });

  it('quotes whole cents', () => {
    const price = feed.priceAt('GOOG', noon);
    expect(price).toBe(Number(price.toFixed(2)));
  });

  it('does not move two symbols alike', () => {
    const flat = new PriceFeed(
      new Map([
        ['AAPL', [100, 100]],
        ['MSFT', [100, 100]],
      ]),
    );
    const difference = [0, 1, 2, 3].map(
      (minute) => flat.priceAt('AAPL', noon + minute * 60_000) - flat.priceAt('MSFT', noon + minute * 60_000),
    );
    expect(new Set(difference).size).toBeGreaterThan(1);
  });
});
