import { Injectable } from '@nestjs/common';
import { BackgroundService, type Iteration, LeaderElected } from 'nestjs-background-services';
import { FencedWriter } from '../../database/fenced-writer.js';
import { marketDepths } from '../../database/schema.js';
import { Clock } from '../../market/clock.js';
import { MarketHours } from '../../market/market-hours.js';
import { PriceFeed } from '../../market/price-feed.js';
import { AggregatedSymbols } from '../aggregated-symbols.js';
import { AGGREGATION_SHARDS } from '../shards.js';
import { depthOf } from './market-depth.js';
import { orderBookAt } from './order-book.js';

/** Condenses the order book of every symbol each five seconds, on the replica that holds its shard. Only the newest depth is kept: a missed one is of no use to anybody. */
@Injectable()
@LeaderElected('aggregation:depth:leader', { shards: AGGREGATION_SHARDS })
export class MarketDepthAggregator extends BackgroundService {
  readonly serviceName = 'market-depth';
  override readonly schedule = { every: 5_000 };

  constructor(
    private readonly symbols: AggregatedSymbols,
    private readonly feed: PriceFeed,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
    private readonly writer: FencedWriter,
  ) {
    super();
  }

  async processIteration(iteration: Iteration): Promise<void> {
    const at = this.clock.now();
    if (!this.hours.isOpen(at)) return;
    const depths = (await this.symbols.of(iteration)).flatMap((symbol) => {
      const depth = depthOf(orderBookAt(symbol, this.feed.priceAt(symbol, at), at));
      return depth ? [{ symbol, at, ...depth, fencingToken: iteration.fencingToken }] : [];
    });
    if (depths.length === 0) return;
    await this.writer.write(iteration, async (tx) => {
      for (const { symbol, ...depth } of depths)
        await tx
          .insert(marketDepths)
          .values({ symbol, ...depth })
          .onConflictDoUpdate({ target: marketDepths.symbol, set: depth });
    });
  }
}
