import { describe, expect, it } from '@jest/globals';
import { FeedMonitor } from './feed-monitor.js';
import { MarketHours } from './market-hours.js';
import { instantOf } from './new-york-time.js';
import { PriceFeed } from './price-feed.js';
import { loadPriceSeries } from './price-series.js';
import { SYMBOLS } from './symbols.js';

describe('FeedMonitor', () => {
  const feed = new PriceFeed(loadPriceSeries());
  const at = (hour: number, minute: number) => instantOf('2026-11-20', hour * 60 + minute);

  it('has quotes from the start, and the change with every tick', () => {
    let now = at(12, 0);
    const monitor = new FeedMonitor(feed, new MarketHours('nyse'), { now: () => now });
    expect(monitor.latest()).toMatchObject({ ticks: 1, open: true, asOf: now });
    expect(monitor.latest().quotes.map(({ symbol }) => symbol)).toEqual([...SYMBOLS]);
    const before = feed.priceAt('AAPL', now);

    now = at(12, 1);
    monitor.tick();
    const price = feed.priceAt('AAPL', now);
    expect(monitor.latest()).toMatchObject({ ticks: 2 });
    expect(monitor.latest().quotes[0]).toEqual({
      symbol: 'AAPL',
      price,
      change: Number((price - before).toFixed(2)),
    });
  });

  it('keeps the closing prices after hours', () => {
    const monitor = new FeedMonitor(feed, new MarketHours('nyse'), { now: () => at(20, 0) });
    expect(monitor.latest()).toMatchObject({ open: false, asOf: at(16, 0) });
    expect(monitor.latest().quotes[0]?.price).toBe(feed.priceAt('AAPL', at(16, 0)));
  });
});
