import { describe, expect, it } from '@jest/globals';
import { loadPriceSeries, toPriceSeries } from './price-series.js';
import { SYMBOLS } from './symbols.js';

describe('loadPriceSeries', () => {
  it('has ten years of every symbol', () => {
    const series = loadPriceSeries();
    expect([...series.keys()]).toEqual([...SYMBOLS]);
    expect(series.get('AAPL')).toHaveLength(123);
    expect(series.get('GOOG')).toHaveLength(68);
    expect(series.get('SPX')?.[0]).toBe(1394.46);
    expect(series.get('AAPL')?.at(-1)).toBe(223.02);
  });
});

describe('toPriceSeries', () => {
  it('names the symbol whose prices are missing or not numbers', () => {
    const stocks = 'symbol,date,price\nAAPL,Jan 1 2000,1\nAAPL,Feb 1 2000,oops';
    expect(() => toPriceSeries({ stocks, index: '' })).toThrow(
      'two positive prices of AAPL, received 1, NaN',
    );
    expect(() => toPriceSeries({ stocks: '', index: '' })).toThrow('prices of AAPL, received none');
  });
});
