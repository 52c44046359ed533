import { describe, expect, it } from '@jest/globals';
import { type Candle, minuteCandle, rollUp } from './candle.js';
import { startOf } from '../market/time-frame.js';

const MINUTE = 60_000;
const ten = Date.UTC(2026, 10, 20, 10);

describe('startOf', () => {
  it('aligns periods with the clock', () => {
    const at = ten + 47 * MINUTE + 12_345;
    expect(startOf('1m', at)).toBe(ten + 47 * MINUTE);
    expect(startOf('15m', at)).toBe(ten + 45 * MINUTE);
    expect(startOf('1h', at)).toBe(ten);
  });
});

describe('minuteCandle', () => {
  it('has the first, highest, lowest and last price of the minute', () => {
    const prices = new Map([
      [ten, 5],
      [ten + 20_000, 9],
      [ten + 40_000, 1],
      [ten + 59_000, 6],
      [ten + 60_000, 100],
    ]);
    expect(minuteCandle(ten, (at) => prices.get(at) ?? 5)).toEqual({
      frame: '1m',
      start: ten,
      open: 5,
      high: 9,
      low: 1,
      close: 6,
    });
  });
});

describe('rollUp', () => {
  const minute = (n: number): Candle => ({
    frame: '1m',
    start: ten + n * MINUTE,
    open: n,
    high: n + 10,
    low: n - 10,
    close: n + 1,
  });
  const minutes = Array.from({ length: 12 }, (_, n) => minute(n));

  it('builds every period that is over, and none that is not', () => {
    expect(rollUp('5m', minutes, ten + 12 * MINUTE)).toEqual([
      { frame: '5m', start: ten, open: 0, high: 14, low: -10, close: 5 },
      { frame: '5m', start: ten + 5 * MINUTE, open: 5, high: 19, low: -5, close: 10 },
    ]);
    expect(rollUp('15m', minutes, ten + 12 * MINUTE)).toEqual([]);
  });

  it('builds a period from the minutes in which the market traded', () => {
    expect(rollUp('1h', minutes.slice(3, 6), ten + 60 * MINUTE)).toEqual([
      { frame: '1h', start: ten, open: 3, high: 15, low: -7, close: 6 },
    ]);
  });
});
