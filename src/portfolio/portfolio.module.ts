import { Module } from '@nestjs/common';
import { MarketModule } from '../market/market.module.js';
import { AccountsRepository } from './accounts.repository.js';
import { ClosingCaptures } from './closing-captures.js';
import { DailySnapshotService } from './daily-snapshot.service.js';
import { EndOfDayCapture } from './end-of-day.capture.js';
import { IntradayPortfolioTracker } from './intraday-portfolio.tracker.js';
import { PortfolioController } from './portfolio.controller.js';
import { SnapshotsController } from './snapshots.controller.js';
import { ValuationHistory } from './valuation-history.js';

@Module({
  imports: [MarketModule],
  controllers: [SnapshotsController, PortfolioController],
  providers: [
    AccountsRepository,
    ValuationHistory,
    ClosingCaptures,
    IntradayPortfolioTracker,
    EndOfDayCapture,
    DailySnapshotService,
  ],
})
export class PortfolioModule {}
