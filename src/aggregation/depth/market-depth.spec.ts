import { describe, expect, it } from '@jest/globals';
import { depthOf } from './market-depth.js';
import { orderBookAt } from './order-book.js';

const level = (price: number, quantity: number) => ({ price, quantity });

describe('depthOf', () => {
  it('tells spread, depth and imbalance', () => {
    const bids = [level(99.98, 300), level(99.97, 300)];
    const asks = [level(100.01, 150), level(100.02, 50)];
    expect(depthOf({ bids, asks })).toEqual({ spread: 0.03, bidDepth: 600, askDepth: 200, imbalance: 0.5 });
  });

  it.each([
    ['bids', { bids: [], asks: [level(1, 1)] }],
    ['asks', { bids: [level(1, 1)], asks: [] }],
  ])('is none without %s', (_, book) => expect(depthOf(book)).toBeUndefined());

  it('is balanced where nothing is on offer', () => {
    expect(depthOf({ bids: [level(1, 0)], asks: [level(2, 0)] })?.imbalance).toBe(0);
  });
});

describe('orderBookAt', () => {
  it('is the same for every replica, and never crossed', () => {
    for (let i = 0; i < 500; i += 1) {
      const at = new Date(Date.UTC(2026, 10, 20) + i * 5_000);
      const book = orderBookAt('AAPL', 200, at);
      expect(book).toEqual(orderBookAt('AAPL', 200, at));
      const depth = depthOf(book)!;
      expect(depth.spread).toBeGreaterThan(0);
      expect(Math.abs(depth.imbalance)).toBeLessThan(1);
    }
  });

  it('has ten levels a side, the best first', () => {
    const { bids, asks } = orderBookAt('IBM', 100, new Date(0));
    const prices = (side: typeof bids) => side.map(({ price }) => price);
    expect(prices(asks)).toEqual([...prices(asks)].sort((a, b) => a - b));
    expect(prices(bids)).toEqual([...prices(bids)].sort((a, b) => b - a));
    expect([bids.length, asks.length]).toEqual([10, 10]);
  });
});
