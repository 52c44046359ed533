import { type OptionChain, type OptionQuote } from '../option-chain.js';

/** How a chain becomes bytes. An abstract class, so that it is its own injection token. */
export abstract class ChainFormat {
  /** Of the files, without a dot. */
  abstract readonly extension: string;
  abstract readonly contentType: string;
  abstract encode(chain: OptionChain): Uint8Array;
}

/** A contract in a table of many days and underlyings. */
export type ChainRow = Pick<OptionChain, 'root' | 'day' | 'underlyingPrice'> & OptionQuote;

export function rowsOf({ root, day, underlyingPrice, quotes }: OptionChain): ChainRow[] {
  return quotes.map((quote) => ({ root, day, underlyingPrice, ...quote }));
}
