import { describe, expect, it } from '@jest/globals';
import { PriceFeed } from '../../market/price-feed.js';
import { loadPriceSeries } from '../../market/price-series.js';
import { SYMBOLS } from '../../market/symbols.js';
import { TradingCalendar } from '../../market/trading-calendar.js';
import { GeneratedOptions } from './generated-options.js';

const calendar = new TradingCalendar();
const feed = new PriceFeed(loadPriceSeries());
const source = (settings: { seed?: string; delay?: number } = {}) =>
  new GeneratedOptions(feed, calendar, { seed: 'spec', delay: 0, ...settings });
const { signal } = new AbortController();

describe('GeneratedOptions', () => {
  it('gives everybody who asks the same chain, and another market another one', async () => {
    const chain = await source().chainOf('AAPL', '2024-01-02', signal);
    expect(await source().chainOf('AAPL', '2024-01-02', signal)).toEqual(chain);
    expect(await source({ seed: 'other' }).chainOf('AAPL', '2024-01-02', signal)).not.toEqual(chain);
    expect(await source().chainOf('AAPL', '2024-01-03', signal)).not.toEqual(chain);
  });

  it.each(SYMBOLS)('has believable quotes of %s', async (root) => {
    const chain = (await source().chainOf(root, '2024-11-29', signal))!;
    expect(chain.quotes).toHaveLength(6 * 21 * 2);
    for (const { expiration, bid, ask, delta, gamma, vega, theta, right, ...quote } of chain.quotes) {
      expect(expiration > chain.day).toBe(true);
      expect(bid >= 0 && bid < ask && ask < chain.underlyingPrice).toBe(true);
      expect(right === 'call' ? delta >= 0 && delta <= 1 : delta <= 0 && delta >= -1).toBe(true);
      expect(gamma >= 0 && vega >= 0 && Number.isFinite(theta)).toBe(true);
      expect(quote.volume <= quote.openInterest).toBe(true);
      expect(quote.impliedVolatility >= 0.05 && quote.impliedVolatility < 1).toBe(true);
    }
    const strikes = chain.quotes.map(({ strike }) => strike);
    expect(Math.min(...strikes)).toBeLessThan(chain.underlyingPrice);
    expect(Math.max(...strikes)).toBeGreaterThan(chain.underlyingPrice);
  });

  it('moves by believable steps from day to day', async () => {
    const days = calendar.tradingDays('2024-01-01', '2024-12-31');
    const prices = await Promise.all(
      days.map(async (day) => (await source().chainOf('AAPL', day, signal))!.underlyingPrice),
    );
    const steps = prices.slice(1).map((price, i) => Math.abs(price / prices[i]! - 1));
    expect(Math.max(...steps)).toBeLessThan(0.1);
    expect(Math.min(...steps.filter((step) => step > 0))).toBeGreaterThan(0);
  });

  it('has nothing of a day without trading, of one before the calendar, and of a share that was not listed', async () => {
    expect(await source().chainOf('AAPL', '2024-01-01', signal)).toBeUndefined();
    expect(await source().chainOf('AAPL', '1999-12-31', signal)).toBeUndefined();
    expect(await source().chainOf('GOOG', '2004-08-26', signal)).toBeUndefined();
    expect(await source().chainOf('GOOG', '2004-08-27', signal)).toBeDefined();
  });

  it('lets go when it is told to', async () => {
    const aborted = new AbortController();
    const answer = source({ delay: 60_000 }).chainOf('AAPL', '2024-01-02', aborted.signal);
    aborted.abort();
    await expect(answer).rejects.toThrow('aborted');
  });
});
