import { type OrderBook } from './order-book.js';

export interface MarketDepth {
  /** From the best bid to the best ask. */
  readonly spread: number;
  /** All that is bid for, and all that is on offer, in shares. */
  readonly bidDepth: number;
  readonly askDepth: number;
  /** (bids - asks) / (bids + asks): from -1, only sellers, to 1, only buyers. */
  readonly imbalance: number;
}

/** `undefined`: one of the sides is empty, so there is no market. */
export function depthOf({ bids, asks }: OrderBook): MarketDepth | undefined {
  const [bid, ask] = [bids[0], asks[0]];
  if (!bid || !ask) return undefined;
  const total = (side: OrderBook['bids']) => side.reduce((sum, { quantity }) => sum + quantity, 0);
  const [bidDepth, askDepth] = [total(bids), total(asks)];
  const all = bidDepth + askDepth;
  return {
    spread: Math.round((ask.price - bid.price) * 100) / 100,
    bidDepth,
    askDepth,
    imbalance: all === 0 ? 0 : (bidDepth - askDepth) / all,
  };
}
