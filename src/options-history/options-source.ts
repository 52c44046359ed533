import { type Day } from '../market/new-york-time.js';
import { type MarketSymbol } from '../market/symbols.js';
import { type OptionChain } from './option-chain.js';

/** Where option chains come from. An abstract class, so that it is its own injection token: a vendor's API takes the generator's place here. */
export abstract class OptionsSource {
  /**
   * One day's chain; `undefined`: the source has none for that day. Whatever else keeps it from an answer, it throws: with `retryAfter`
   * (milliseconds) if it knows when to ask again.
   */
  abstract chainOf(root: MarketSymbol, day: Day, signal: AbortSignal): Promise<OptionChain | undefined>;
}
