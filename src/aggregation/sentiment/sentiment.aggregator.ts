import { Inject, Injectable } from '@nestjs/common';
import { and, eq, gte, lt } from 'drizzle-orm';
import { BackgroundService, type Iteration, LeaderElected } from 'nestjs-background-services';
import { type Database, DATABASE } from '../../database/database.js';
import { FencedWriter } from '../../database/fenced-writer.js';
import { sentiments } from '../../database/schema.js';
import { Clock } from '../../market/clock.js';
import { MarketHours } from '../../market/market-hours.js';
import { AggregatedSymbols } from '../aggregated-symbols.js';
import { AGGREGATION_SHARDS } from '../shards.js';
import { longShortRatioAt, signalOf } from './sentiment.js';

const HISTORY = 60 * 60_000;

/**
 * Takes the crowd's position each 30 seconds, and says what a contrarian does. The hour that it judges by is in the database, so that the next
 * leader goes on with the same history.
 */
@Injectable()
@LeaderElected('aggregation:sentiment:leader', { shards: AGGREGATION_SHARDS })
export class SentimentAggregator extends BackgroundService {
  readonly serviceName = 'sentiment';
  override readonly schedule = { every: 30_000 };

  constructor(
    @Inject(DATABASE) private readonly db: Database,
    private readonly symbols: AggregatedSymbols,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
    private readonly writer: FencedWriter,
  ) {
    super();
  }

  async processIteration(iteration: Iteration): Promise<void> {
    const at = this.clock.now();
    if (!this.hours.isOpen(at)) return;
    const since = new Date(Number(at) - HISTORY);
    for (const symbol of await this.symbols.of(iteration)) {
      iteration.signal.throwIfAborted();
      const ratio = longShortRatioAt(symbol, at);
      const history = await this.db
        .select({ ratio: sentiments.ratio })
        .from(sentiments)
        .where(and(eq(sentiments.symbol, symbol), gte(sentiments.at, since), lt(sentiments.at, at)));
      const signal = signalOf(
        ratio,
        history.map((past) => past.ratio),
      );
      await this.writer.write(iteration, async (tx) => {
        await tx
          .insert(sentiments)
          .values({ symbol, at, ratio, signal, fencingToken: iteration.fencingToken })
          .onConflictDoNothing();
        await tx.delete(sentiments).where(and(eq(sentiments.symbol, symbol), lt(sentiments.at, since)));
      });
    }
  }
}
