import { NotFoundException } from '@nestjs/common';
import { isMarketSymbol, type MarketSymbol, SYMBOLS } from '../market/symbols.js';

/** A symbol out of a path, however it is written. @throws NotFoundException for one that is not traded here */
export function symbolOf(text: string): MarketSymbol {
  const symbol = text.toUpperCase();
  if (isMarketSymbol(symbol)) return symbol;
  throw new NotFoundException(`Expected a symbol (${SYMBOLS.join(', ')}), received "${text}".`);
}
