import { type MarketSymbol } from '../market/symbols.js';

export interface Position {
  readonly symbol: MarketSymbol;
  readonly quantity: number;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly cash: number;
  readonly positions: readonly Position[];
}

/** What an account is worth at given prices: cash and positions, in whole cents. */
export function valueOf(account: Account, priceOf: (symbol: MarketSymbol) => number): number {
  const invested = account.positions.reduce(
    (sum, { symbol, quantity }) => sum + quantity * priceOf(symbol),
    0,
  );
  return Math.round((account.cash + invested) * 100) / 100;
}
