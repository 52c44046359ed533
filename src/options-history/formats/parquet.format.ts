import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';
import { type OptionChain } from '../option-chain.js';
import { ChainFormat, type ChainRow, rowsOf } from './chain-format.js';

type ColumnType = Pick<SchemaElement, 'type' | 'converted_type'>;

const TEXT: ColumnType = { type: 'BYTE_ARRAY', converted_type: 'UTF8' };
const DATE: ColumnType = { type: 'INT32', converted_type: 'DATE' };
const NUMBER: ColumnType = { type: 'DOUBLE' };
const COUNT: ColumnType = { type: 'INT32' };

/** What every file has, in this order: files of all days are one table to whatever reads Parquet. */
const COLUMNS: Readonly<Record<keyof ChainRow, ColumnType>> = {
  root: TEXT,
  day: DATE,
  underlyingPrice: NUMBER,
  expiration: DATE,
  strike: NUMBER,
  right: TEXT,
  bid: NUMBER,
  ask: NUMBER,
  volume: COUNT,
  openInterest: COUNT,
  impliedVolatility: NUMBER,
  delta: NUMBER,
  gamma: NUMBER,
  theta: NUMBER,
  vega: NUMBER,
};

/** Columns, compressed: a fraction of the text, and a query reads only what it needs. */
export class ParquetFormat extends ChainFormat {
  override readonly extension = 'parquet';
  override readonly contentType = 'application/vnd.apache.parquet';

  override encode(chain: OptionChain): Uint8Array {
    const rows = rowsOf(chain);
    const columns = Object.entries(COLUMNS) as [keyof ChainRow, ColumnType][];
    const schema: SchemaElement[] = [
      { name: 'root', num_children: columns.length },
      ...columns.map(([name, type]) => ({ name, ...type, repetition_type: 'REQUIRED' as const })),
    ];
    const columnData = columns.map(([name, type]) => ({
      name,
      data: rows.map((row) => (type === DATE ? new Date(row[name]) : row[name])),
    }));
    return new Uint8Array(parquetWriteBuffer({ schema, columnData }));
  }
}
