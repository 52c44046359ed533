import { Inject, Injectable } from '@nestjs/common';
import { desc, eq } from 'drizzle-orm';
import { type Database, DATABASE } from '../database/database.js';
import { marketDepths, sentiments } from '../database/schema.js';
import { type MarketSymbol } from '../market/symbols.js';

/** Reads what the aggregators have written, on every replica. */
@Injectable()
export class AggregatesReader {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  /** The newest depth of market; `undefined`: there is none yet. */
  async depth(symbol: MarketSymbol) {
    const [depth] = await this.db.select().from(marketDepths).where(eq(marketDepths.symbol, symbol));
    return depth;
  }

  /** Sentiment of the last hour, newest first. */
  sentiment(symbol: MarketSymbol, limit: number) {
    const { at, ratio, signal, fencingToken } = sentiments;
    return this.db
      .select({ at, ratio, signal, fencingToken })
      .from(sentiments)
      .where(eq(sentiments.symbol, symbol))
      .orderBy(desc(at))
      .limit(limit);
  }
}
