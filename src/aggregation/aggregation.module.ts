import { Module } from '@nestjs/common';
import { MarketModule } from '../market/market.module.js';
import { AggregatedSymbols } from './aggregated-symbols.js';
import { AggregatesController } from './aggregates.controller.js';
import { AggregatesReader } from './aggregates.reader.js';
import { AggregatorsHealthController } from './aggregators-health.controller.js';
import { CandleAggregator } from './candle-aggregator.js';
import { CandleStore } from './candle.store.js';
import { CandlesController } from './candles.controller.js';
import { MarketDepthAggregator } from './depth/market-depth.aggregator.js';
import { SentimentAggregator } from './sentiment/sentiment.aggregator.js';

@Module({
  imports: [MarketModule],
  controllers: [CandlesController, AggregatesController, AggregatorsHealthController],
  providers: [
    ...[AggregatedSymbols, CandleStore, AggregatesReader],
    ...[CandleAggregator, MarketDepthAggregator, SentimentAggregator],
  ],
})
export class AggregationModule {}
