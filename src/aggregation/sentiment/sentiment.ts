import { noise } from '../../market/price-noise.js';
import { type MarketSymbol, SYMBOLS } from '../../market/symbols.js';

/** Contrarian: against a crowd that leans far to one side. */
export type Signal = 'buy' | 'neutral' | 'sell';

/** So many longs a short are a crowd. */
const CROWDED = 2;
/** The crowd changes its mind within so long, ms. */
const SWING = 10 * 60_000;

/** Accounts that are long for each that is short: a pure function of symbol and instant, as the price is. Rounded to 4 decimals. */
export function longShortRatioAt(symbol: MarketSymbol, at: Date): number {
  const lean = noise((SYMBOLS.indexOf(symbol) + 1) * 7_919, Number(at) / SWING);
  return Math.round(Math.exp(1.2 * lean) * 10_000) / 10_000;
}

/**
 * @param ratio longs a short, now
 * @param history of the last hour: where the crowd stands at an extreme of it, the signal is given; where it has been leaning further, it is
 *   turning already, and there is nothing to act against
 */
export function signalOf(ratio: number, history: readonly number[]): Signal {
  if (ratio >= CROWDED && ratio >= Math.max(ratio, ...history)) return 'sell';
  if (ratio <= 1 / CROWDED && ratio <= Math.min(ratio, ...history)) return 'buy';
  return 'neutral';
}
