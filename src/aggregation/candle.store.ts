import { Inject, Injectable } from '@nestjs/common';
import { and, asc, desc, eq, gte, inArray, lt, max, sql } from 'drizzle-orm';
import { type Database, DATABASE, type Transaction } from '../database/database.js';
import { FencedWriter, type WritersTerm } from '../database/fenced-writer.js';
import { candles } from '../database/schema.js';
import { type MarketSymbol, SYMBOLS } from '../market/symbols.js';
import { type Candle, rollUp } from './candle.js';
import { lengthOf, startOf, TIME_FRAMES, type TimeFrame } from '../market/time-frame.js';

/** The candles in the database: read by anybody, written by the leader. */
@Injectable()
export class CandleStore {
  constructor(
    @Inject(DATABASE) private readonly db: Database,
    private readonly writer: FencedWriter,
  ) {}

  /** The newest candles of a symbol, newest first. */
  latest(symbol: MarketSymbol, frame: TimeFrame, limit: number) {
    const { start, open, high, low, close } = candles;
    return this.db
      .select({ start, open, high, low, close })
      .from(candles)
      .where(and(eq(candles.symbol, symbol), eq(candles.frame, frame)))
      .orderBy(desc(start))
      .limit(limit);
  }

  /** The start of the newest minute stored of each of these symbols that has one. */
  async lastMinutes(symbols: readonly MarketSymbol[] = SYMBOLS): Promise<Map<MarketSymbol, number>> {
    if (symbols.length === 0) return new Map();
    const rows = await this.db
      .select({ symbol: candles.symbol, last: max(candles.start) })
      .from(candles)
      .where(and(eq(candles.frame, '1m'), inArray(candles.symbol, [...symbols])))
      .groupBy(candles.symbol);
    return new Map(rows.flatMap(({ symbol, last }) => (last ? [[symbol, Number(last)] as const] : [])));
  }

  /**
   * Stores minutes of one hour of the clock, oldest first, with every candle of a higher frame whose period they
   * close. Storing a minute again replaces it, so that a run which was cut short can be repeated.
   * @throws StaleTokenError if a newer leader has written: then nothing is stored.
   */
  async save(symbol: MarketSymbol, minutes: readonly Candle[], term: WritersTerm): Promise<void> {
    const [first, last] = [minutes[0], minutes.at(-1)];
    if (!first || !last) return;
    const until = last.start + lengthOf('1m');

    await this.writer.write(term, async (tx) => {
      await upsert(tx, symbol, minutes, term);
      const hour = await minutesBetween(tx, symbol, startOf('1h', first.start), until);
      const closed = TIME_FRAMES.filter((frame) => frame !== '1m')
        .flatMap((frame) => rollUp(frame, hour, until))
        .filter(({ start, frame }) => start + lengthOf(frame) > first.start);
      if (closed.length > 0) await upsert(tx, symbol, closed, term);
    });
  }
}

async function upsert(
  tx: Transaction,
  symbol: MarketSymbol,
  built: readonly Candle[],
  { fencingToken }: WritersTerm,
): Promise<void> {
  await tx
    .insert(candles)
    .values(built.map((candle) => ({ ...candle, symbol, start: new Date(candle.start), fencingToken })))
    .onConflictDoUpdate({
      target: [candles.symbol, candles.frame, candles.start],
      set: {
        open: sql`excluded.open`,
        high: sql`excluded.high`,
        low: sql`excluded.low`,
        close: sql`excluded.close`,
        fencingToken: sql`excluded.fencing_token`,
      },
    });
}

async function minutesBetween(
  tx: Transaction,
  symbol: MarketSymbol,
  from: number,
  until: number,
): Promise<Candle[]> {
  const rows = await tx
    .select()
    .from(candles)
    .where(
      and(
        eq(candles.symbol, symbol),
        eq(candles.frame, '1m'),
        gte(candles.start, new Date(from)),
        lt(candles.start, new Date(until)),
      ),
    )
    .orderBy(asc(candles.start));
  return rows.map((row) => ({ ...row, start: Number(row.start) }));
}
