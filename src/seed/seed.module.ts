import { Module } from '@nestjs/common';
import { CandleStore } from '../aggregation/candle.store.js';
import { EnvironmentModule } from '../config/config.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MarketModule } from '../market/market.module.js';
import { AccountsRepository } from '../portfolio/accounts.repository.js';
import { Past } from './past.js';

/** Of the host, what the past is made of. No worker is in it. */
@Module({
  imports: [EnvironmentModule, DatabaseModule, MarketModule],
  providers: [AccountsRepository, CandleStore, Past],
})
export class SeedModule {}
