import { describe, expect, it } from '@jest/globals';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { type OptionChain } from '../option-chain.js';
import { JsonLinesFormat } from './json-lines.format.js';
import { ParquetFormat } from './parquet.format.js';

const quote = {
  expiration: '2024-01-05',
  bid: 1.01,
  ask: 1.03,
  volume: 12,
  openInterest: 345,
  impliedVolatility: 0.25,
  gamma: 0.04,
  theta: -0.02,
  vega: 0.1,
} as const;
const chain: OptionChain = {
  root: 'AAPL',
  day: '2024-01-02',
  underlyingPrice: 185.64,
  quotes: [
    { ...quote, strike: 185, right: 'call', delta: 0.53 },
    { ...quote, strike: 187.5, right: 'put', delta: -0.61 },
  ],
};
const rows = chain.quotes.map((each) => ({
  root: 'AAPL',
  day: '2024-01-02',
  underlyingPrice: 185.64,
  ...each,
}));

function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

describe('ParquetFormat', () => {
  const encode = (of: OptionChain) => arrayBufferOf(new ParquetFormat().encode(of));

  it('is read back by a reader of Parquet, days as dates', async () => {
    const day = (text: string) => new Date(text);
    expect(await parquetReadObjects({ file: encode(chain) })).toEqual(
      rows.map((row) => ({ ...row, day: day(row.day), expiration: day(row.expiration) })),
    );
  });

  it('has one schema, also of a chain without contracts', async () => {
    const empty = encode({ ...chain, quotes: [] });
    expect(parquetMetadata(empty).schema).toEqual(parquetMetadata(encode(chain)).schema);
    expect(await parquetReadObjects({ file: empty })).toEqual([]);
  });

  it('has the same bytes for the same chain', () => {
    expect(Buffer.from(encode(chain)).equals(Buffer.from(encode(structuredClone(chain))))).toBe(true);
  });
});

describe('JsonLinesFormat', () => {
  it('writes a contract a line', () => {
    const text = Buffer.from(new JsonLinesFormat().encode(chain)).toString();
    expect(text.endsWith('}\n')).toBe(true);
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(rows);
  });

  it('writes nothing of a chain without contracts', () => {
    expect(new JsonLinesFormat().encode({ ...chain, quotes: [] })).toHaveLength(0);
  });
});
