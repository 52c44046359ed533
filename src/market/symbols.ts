/** What can be traded here: five shares, and the S&P 500 index. */
export const SYMBOLS = ['AAPL', 'MSFT', 'GOOG', 'AMZN', 'IBM', 'SPX'] as const;

export type MarketSymbol = (typeof SYMBOLS)[number];

export function isMarketSymbol(text: string): text is MarketSymbol {
  return (SYMBOLS as readonly string[]).includes(text);
}
