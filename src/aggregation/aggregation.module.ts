import { Module } from '@nestjs/common';
import { MarketModule } from '../market/market.module.js';
import { CandleAggregator } from './candle-aggregator.js';
import { CandleStore } from './candle.store.js';
import { CandlesController } from './candles.controller.js';

@Module({
  imports: [MarketModule],
  controllers: [CandlesController],
  providers: [CandleStore, CandleAggregator],
})
export class AggregationModule {}
