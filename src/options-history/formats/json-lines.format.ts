import { type OptionChain } from '../option-chain.js';
import { ChainFormat, rowsOf } from './chain-format.js';

/** A contract a line, for whatever reads text. */
export class JsonLinesFormat extends ChainFormat {
  override readonly extension = 'jsonl';
  override readonly contentType = 'application/jsonl';

  override encode(chain: OptionChain): Uint8Array {
    const lines = rowsOf(chain).map((row) => `${JSON.stringify(row)}\n`);
    return Buffer.from(lines.join(''));
  }
}
