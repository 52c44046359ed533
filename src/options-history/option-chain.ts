import { type Day } from '../market/new-york-time.js';
import { type MarketSymbol } from '../market/symbols.js';

/** One contract as it closed. */
export interface OptionQuote {
  readonly expiration: Day;
  readonly strike: number;
  readonly right: 'call' | 'put';
  readonly bid: number;
  readonly ask: number;
  /** Contracts that changed hands that day. */
  readonly volume: number;
  /** Contracts that exist at the end of the day. */
  readonly openInterest: number;
  /** A year's, as a share: 0.25 is 25 %. */
  readonly impliedVolatility: number;
  readonly delta: number;
  readonly gamma: number;
  /** A calendar day's. */
  readonly theta: number;
  /** Of one percentage point of volatility. */
  readonly vega: number;
}

/** All contracts on one underlying at the end of one trading day. */
export interface OptionChain {
  readonly root: MarketSymbol;
  readonly day: Day;
  readonly underlyingPrice: number;
  readonly quotes: readonly OptionQuote[];
}
