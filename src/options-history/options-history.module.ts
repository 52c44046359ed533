import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { type Environment } from '../config/environment.js';
import { MarketModule } from '../market/market.module.js';
import { PriceFeed } from '../market/price-feed.js';
import { TradingCalendar } from '../market/trading-calendar.js';
import { ChainFormat } from './formats/chain-format.js';
import { JsonLinesFormat } from './formats/json-lines.format.js';
import { ParquetFormat } from './formats/parquet.format.js';
import { GeneratedOptions } from './generator/generated-options.js';
import { OptionHistoryJob } from './option-history.job.js';
import { OptionsHistoryController } from './options-history.controller.js';
import { OptionsSource } from './options-source.js';
import { ObjectStorage } from './storage/object-storage.js';
import { openStorage } from './storage/open-storage.js';
import { UnreadHistoricalBodyFilter } from './unread-body.filter.js';

type Config = ConfigService<Environment, true>;

/** Source, format and storage are ports: another vendor or another place is another `useFactory` here. */
@Module({
  imports: [MarketModule],
  controllers: [OptionsHistoryController],
  providers: [
    OptionHistoryJob,
    { provide: APP_FILTER, useClass: UnreadHistoricalBodyFilter },
    {
      provide: OptionsSource,
      inject: [PriceFeed, TradingCalendar, ConfigService],
      useFactory: (feed: PriceFeed, calendar: TradingCalendar, config: Config) =>
        new GeneratedOptions(feed, calendar, {
          seed: 'options',
          delay: config.get('OPTIONS_DELAY', { infer: true }),
        }),
    },
    {
      provide: ChainFormat,
      inject: [ConfigService],
      useFactory: (config: Config) =>
        config.get('OPTIONS_FORMAT', { infer: true }) === 'parquet'
          ? new ParquetFormat()
          : new JsonLinesFormat(),
    },
    {
      provide: ObjectStorage,
      inject: [ConfigService],
      useFactory: (config: Config) =>
        openStorage({
          location: config.get('OPTIONS_STORAGE', { infer: true }),
          endpoint: config.get('AWS_ENDPOINT_URL_S3', { infer: true }),
          region: config.get('AWS_REGION', { infer: true }),
        }),
    },
  ],
})
export class OptionsHistoryModule {}
