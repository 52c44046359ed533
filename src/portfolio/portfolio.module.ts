import { Module } from '@nestjs/common';
import { MarketModule } from '../market/market.module.js';
import { AccountsRepository } from './accounts.repository.js';
import { DailySnapshotService } from './daily-snapshot.service.js';
import { IntradayPortfolioTracker } from './intraday-portfolio.tracker.js';
import { PortfolioController } from './portfolio.controller.js';
import { SnapshotsController } from './snapshots.controller.js';
import { ValuationHistory } from './valuation-history.js';

@Module({
  imports: [MarketModule],
  controllers: [SnapshotsController, PortfolioController],
  providers: [AccountsRepository, ValuationHistory, IntradayPortfolioTracker, DailySnapshotService],
})
export class PortfolioModule {}
