import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type MarketSymbol, SYMBOLS } from './symbols.js';

/** Prices at equal distances in time, oldest first. */
export type PriceSeries = ReadonlyMap<MarketSymbol, readonly number[]>;

/** The real monthly prices of 2000 to 2010 in the package `vega-datasets` (shares, and the S&P 500). */
export function loadPriceSeries(): PriceSeries {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  const read = (file: string) => readFileSync(join(dirname(entry), '..', 'data', file), 'utf8');
  return toPriceSeries({ stocks: read('stocks.csv'), index: read('sp500.csv') });
}

/**
 * @param files `stocks` has the columns symbol, date, price; `index` has date, price.
 * @throws Error if a symbol has fewer than two prices, or a price is not a positive number.
 */
export function toPriceSeries(files: { readonly stocks: string; readonly index: string }): PriceSeries {
  const rows = [
    ...records(files.stocks).map(([symbol, , price]) => ({ symbol, price: Number(price) })),
    ...records(files.index).map(([, price]) => ({ symbol: 'SPX', price: Number(price) })),
  ];
  return new Map(
    SYMBOLS.map((symbol) => {
      const prices = rows.filter((row) => row.symbol === symbol).map(({ price }) => price);
      if (prices.length < 2 || !prices.every((price) => price > 0)) {
        throw new Error(
          `Expected at least two positive prices of ${symbol}, received ${prices.join(', ') || 'none'}.`,
        );
      }
      return [symbol, prices];
    }),
  );
}

function records(csv: string): string[][] {
  const [, ...lines] = csv.trim().split(/\r?\n/);
  return lines.map((line) => line.split(','));
}
