import { noise } from '../../market/price-noise.js';
import { type MarketSymbol, SYMBOLS } from '../../market/symbols.js';

export interface Level {
  readonly price: number;
  readonly quantity: number;
}

/** What is offered and asked for at one instant, best price first. */
export interface OrderBook {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

const LEVELS = 10;
const CENT = 0.01;
/** Quantities swing within so long, ms. */
const SWING = 20_000;

/** The order book of the replayed market around a price: a pure function of symbol and instant, as the price is. */
export function orderBookAt(symbol: MarketSymbol, price: number, at: Date): OrderBook {
  const seed = (SYMBOLS.indexOf(symbol) + 1) * 1_000;
  const x = Number(at) / SWING;
  const halfSpread = CENT * (1 + Math.round(2 + 2 * noise(seed, x)));
  const side = (sign: 1 | -1, offset: number): readonly Level[] =>
    Array.from({ length: LEVELS }, (_, i) => ({
      price: round(price + sign * (halfSpread + i * CENT)),
      quantity: Math.round(100 * (i + 1) * (1.5 + noise(seed + offset + i, x))),
    }));
  return { bids: side(-1, 1), asks: side(1, 1 + LEVELS) };
}

function round(price: number): number {
  return Math.round(price * 100) / 100;
}
