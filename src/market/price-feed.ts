import { noise } from './price-noise.js';
import { type PriceSeries } from './price-series.js';
import { type MarketSymbol, SYMBOLS } from './symbols.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** One price of the series lasts this long here: a month of the real market is an hour of ours. */
const BAR = 60 * MINUTE;

/** What moves a price between two bars: slow swings and quick ticks, as shares of the price. */
const MOVEMENTS = [
  { period: 2 * MINUTE, amplitude: 0.002 },
  { period: 5 * SECOND, amplitude: 0.0004 },
] as const;

/**
 * A market that replays a real price series for ever, as live ticks.
 *
 * A price is a pure function of symbol and instant. So all replicas see one market without talking to each other,
 * and whoever takes over can compute exactly what its predecessor did not live to store.
 */
export class PriceFeed {
  constructor(private readonly series: PriceSeries) {}

  /** The price of a symbol at an instant, in whole cents. */
  priceAt(symbol: MarketSymbol, at: Date | number): number {
    const time = Number(at);
    const seed = SYMBOLS.indexOf(symbol);
    const movement = MOVEMENTS.reduce(
      (sum, { period, amplitude }, i) => sum + amplitude * noise(seed * MOVEMENTS.length + i, time / period),
      0,
    );
    return Math.round(this.barPrice(symbol, time / BAR) * (1 + movement) * 100) / 100;
  }

  /** Interpolates between bars. The series runs forwards and then backwards, so that its ends do not make a jump. */
  private barPrice(symbol: MarketSymbol, position: number): number {
    const prices = this.series.get(symbol);
    if (!prices) throw new Error(`The price feed has no series of ${symbol}.`);
    const last = prices.length - 1;
    const bar = Math.floor(position);
    const from = prices[reflect(bar, last)] ?? NaN;
    const to = prices[reflect(bar + 1, last)] ?? NaN;
    return from + (to - from) * (position - bar);
  }
}

/** 0, 1, … last, last - 1, … 0, 1, … for 0, 1, 2, … */
function reflect(n: number, last: number): number {
  const phase = ((n % (2 * last)) + 2 * last) % (2 * last);
  return phase <= last ? phase : 2 * last - phase;
}
