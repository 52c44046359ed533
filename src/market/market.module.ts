import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { type Environment } from '../config/environment.js';
import { Clock, SystemClock } from './clock.js';
import { FeedMonitor } from './feed-monitor.js';
import { MarketHours } from './market-hours.js';
import { PriceFeed } from './price-feed.js';
import { loadPriceSeries } from './price-series.js';
import { QuotesController } from './quotes.controller.js';
import { TradingCalendar } from './trading-calendar.js';

@Module({
  controllers: [QuotesController],
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: PriceFeed, useFactory: () => new PriceFeed(loadPriceSeries()) },
    {
      provide: MarketHours,
      inject: [ConfigService, TradingCalendar],
      useFactory: (config: ConfigService<Environment, true>, calendar: TradingCalendar) =>
        new MarketHours(config.get('MARKET_HOURS', { infer: true }), calendar),
    },
    TradingCalendar,
    FeedMonitor,
  ],
  exports: [Clock, PriceFeed, MarketHours, TradingCalendar],
})
export class MarketModule {}
