import { Inject, Injectable, Logger } from '@nestjs/common';
import { asc, eq } from 'drizzle-orm';
import { type Iteration } from 'nestjs-background-services';
import { type Database, DATABASE } from '../database/database.js';
import { aggregatedSymbols } from '../database/schema.js';
import { Clock } from '../market/clock.js';
import { isMarketSymbol, type MarketSymbol } from '../market/symbols.js';

/** How long a list is good for, ms. */
const KEPT = 5 * 60_000;

/** The symbols that are aggregated: read from the database at most every five minutes, so that a change needs no restart. */
@Injectable()
export class AggregatedSymbols {
  private readonly logger = new Logger(AggregatedSymbols.name);
  private symbols: readonly MarketSymbol[] | undefined;
  private readAt = -Infinity;

  constructor(
    @Inject(DATABASE) private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Those that a shard is about. */
  async of({ owns }: Pick<Iteration, 'owns'>): Promise<readonly MarketSymbol[]> {
    return (await this.list()).filter(owns);
  }

  /** A list that cannot be read anew stays as it was; the first one has to be read. */
  async list(): Promise<readonly MarketSymbol[]> {
    const now = Number(this.clock.now());
    if (this.symbols && now - this.readAt < KEPT) return this.symbols;
    try {
      this.symbols = await this.read();
      this.readAt = now;
    } catch (error) {
      if (!this.symbols) throw error;
      this.logger.warn(`The symbols stay as they were: ${String(error)}`);
    }
    return this.symbols;
  }

  private async read(): Promise<readonly MarketSymbol[]> {
    const rows = await this.db
      .select({ symbol: aggregatedSymbols.symbol })
      .from(aggregatedSymbols)
      .where(eq(aggregatedSymbols.enabled, true))
      .orderBy(asc(aggregatedSymbols.symbol));
    const unknown = rows.filter(({ symbol }) => !isMarketSymbol(symbol));
    if (unknown.length > 0)
      this.logger.warn(`Not traded here, and left out: ${unknown.map(({ symbol }) => symbol).join(', ')}`);
    return rows.map(({ symbol }) => symbol).filter(isMarketSymbol);
  }
}
