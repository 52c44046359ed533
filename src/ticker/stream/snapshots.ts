import { type Day } from '../../market/new-york-time.js';
import { type MarketSymbol } from '../../market/symbols.js';
import { type Greeks } from '../options/option-pricing.js';

/** The minute of an underlying that is running, up to now. Frozen. */
export interface UnderlyingBar {
  readonly symbol: MarketSymbol;
  /** Ms since 1970. */
  readonly start: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** An option at an instant. Frozen, Greeks included: whoever holds one holds it for good. */
export interface OptionSnapshot {
  readonly contract: string;
  readonly expiry: Day;
  /** Ms since 1970. */
  readonly at: number;
  readonly bid: number;
  readonly ask: number;
  /** Between bid and ask. */
  readonly mark: number;
  /** Difference of the mark to the snapshot before; 0 if there is none in memory. */
  readonly change: number;
  /** Price of the underlying. */
  readonly spot: number;
  /** Yearly: 0.2 is 20 %. */
  readonly volatility: number;
  readonly greeks: Greeks;
}
