import {
  Controller,
  Get,
  NotFoundException,
  Param,
  Query,
  StandardSchemaValidationPipe,
  UsePipes,
} from '@nestjs/common';
import { z } from 'zod';
import { PathTextPipe } from '../http/path-text.pipe.js';
import { limit } from '../http/query.js';
import { Clock } from '../market/clock.js';
import { MarketHours } from '../market/market-hours.js';
import { PriceFeed } from '../market/price-feed.js';
import { type MarketSymbol } from '../market/symbols.js';
import { type Account, valueOf } from './account.js';
import { AccountsRepository } from './accounts.repository.js';
import { ValuationHistory } from './valuation-history.js';

const historyQuery = z.object({ limit: limit(50) });

@Controller('portfolio')
@UsePipes(StandardSchemaValidationPipe)
export class PortfolioController {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly history: ValuationHistory,
    private readonly feed: PriceFeed,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
  ) {}

  /** What an account is worth now, or was at the last close. */
  @Get(':account')
  async current(@Param('account', PathTextPipe) id: string) {
    const account = await this.existing(id);
    const asOf = this.hours.lastTraded(this.clock.now());
    const priceOf = (symbol: MarketSymbol) => this.feed.priceAt(symbol, asOf);
    return {
      account: account.id,
      name: account.name,
      asOf,
      value: valueOf(account, priceOf),
      cash: account.cash,
      positions: account.positions.map((held) => ({ ...held, price: priceOf(held.symbol) })),
    };
  }

  /** What the background services have written about an account, newest first. */
  @Get(':account/history')
  async recorded(
    @Param('account', PathTextPipe) id: string,
    @Query({ schema: historyQuery }) query: z.infer<typeof historyQuery>,
  ) {
    const account = await this.existing(id);
    return {
      account: account.id,
      intraday: await this.history.intraday(account.id, query.limit),
      daily: await this.history.daily(account.id, query.limit),
      snapshots: await this.history.snapshots(account.id, query.limit),
    };
  }

  private async existing(id: string): Promise<Account> {
    const account = await this.accounts.find(id);
    if (account) return account;
    throw new NotFoundException(`Expected the id of an account, such as "demo", received "${id}".`);
  }
}
