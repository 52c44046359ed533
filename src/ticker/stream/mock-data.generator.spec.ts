import { describe, expect, it } from '@jest/globals';
import { PriceFeed } from '../../market/price-feed.js';
import { loadPriceSeries } from '../../market/price-series.js';
import { demoContracts } from '../options/demo-contracts.js';
import { type OptionContract, parseContract } from '../options/option-contract.js';
import { MockDataGenerator } from './mock-data.generator.js';

const MINUTE = 60_000;
const noon = Date.UTC(2026, 10, 20, 12);

describe('MockDataGenerator', () => {
  const feed = new PriceFeed(loadPriceSeries());
  const make = (options: { seed?: number; capacity?: number } = {}) =>
    new MockDataGenerator(feed, { seed: 42, capacity: 100, ...options });
  const contracts = (count: number): OptionContract[] =>
    demoContracts((symbol, at) => feed.priceAt(symbol, at), noon, count).map((id) => parseContract(id)!);

  describe('bar', () => {
    it('holds the running minute, as if it had been watched from its start', () => {
      const start = make().bar('AAPL', noon);
      const later = make().bar('AAPL', noon + 42_500);
      expect(start).toMatchObject({ start: noon, volume: 0 });
      expect(start.open).toBe(start.close);
      expect(later).toMatchObject({ start: noon, open: start.open });
      const seen = Array.from({ length: 43 }, (_, second) => feed.priceAt('AAPL', noon + second * 1_000));
      expect(later.high).toBe(Math.max(...seen, later.close));
      expect(later.low).toBe(Math.min(...seen, later.close));
      expect(later.volume).toBeGreaterThan(0);
    });

    it('begins anew with the minute', () => {
      expect(make().bar('IBM', noon + MINUTE).start).toBe(noon + MINUTE);
    });
  });

  describe('snapshot', () => {
    const [contract] = contracts(1) as [OptionContract];

    it('is the same for the same seed, contract and instant', () => {
      const here = make().snapshot(contract, noon);
      expect(make().snapshot(contract, noon)).toEqual(here);
      expect(make({ seed: 43 }).snapshot(contract, noon).volatility).not.toBe(here.volatility);
    });

    it('quotes around the price, in whole cents', () => {
      for (const one of contracts(100)) {
        const { bid, ask, mark, greeks, volatility } = make().snapshot(one, noon);
        expect(bid).toBeGreaterThanOrEqual(0);
        expect(ask).toBeGreaterThan(bid);
        expect(mark).toBeGreaterThanOrEqual(bid);
        expect(mark).toBeLessThanOrEqual(ask);
        expect(Number(ask.toFixed(2))).toBe(ask);
        expect(greeks.delta * (one.right === 'call' ? 1 : -1)).toBeGreaterThanOrEqual(0);
        expect(volatility).toBeGreaterThan(0.1);
      }
    });

    it('cannot be changed', () => {
      const snapshot = make().snapshot(contract, noon);
      expect(() => Object.assign(snapshot, { mark: 0 })).toThrow(TypeError);
      expect(() => Object.assign(snapshot.greeks, { delta: 0 })).toThrow(TypeError);
    });

    it('tells the change since the one before, and leaves that one as it was', () => {
      const generator = make();
      const first = generator.snapshot(contract, noon);
      const copy = { ...first };
      const second = generator.snapshot(contract, noon + 10 * MINUTE);
      expect(first.change).toBe(0);
      expect(second.change).toBeCloseTo(second.mark - first.mark, 6);
      expect(first).toEqual(copy);
      expect(generator.peek(contract.id)).toBe(second);
    });
  });

  describe('memory', () => {
    it('keeps 5,000 of 10,000 contracts, those used last', () => {
      const generator = make({ capacity: 5_000 });
      const all = contracts(10_000);
      for (const contract of all) generator.snapshot(contract, noon);
      expect(generator.memory).toEqual({ snapshots: 5_000, capacity: 5_000 });
      expect(generator.peek(all[4_999]!.id)).toBeUndefined();
      expect(generator.peek(all[5_000]!.id)).toBeDefined();
    });

    it('drops what has expired', () => {
      const generator = make();
      const all = contracts(48);
      for (const contract of all) generator.snapshot(contract, noon);
      const expiry = Math.min(...all.map(({ expiresAt }) => expiresAt));
      expect(generator.removeExpired(expiry - 1)).toBe(0);
      expect(generator.removeExpired(expiry)).toBe(12);
      expect(generator.memory.snapshots).toBe(36);
    });

    it('keeps nothing of what it is told to forget, and all of the rest', () => {
      const generator = make();
      const [first, ...others] = contracts(10);
      for (const contract of [first!, ...others]) generator.snapshot(contract, noon);
      generator.forget(others);
      expect(generator.memory.snapshots).toBe(1);
      expect(generator.peek(first!.id)).toBeDefined();
    });
  });
});
