import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { type Environment } from '../../config/environment.js';
import { Clock } from '../../market/clock.js';
import { PriceFeed } from '../../market/price-feed.js';
import { demoContracts, staleDemoContracts } from '../options/demo-contracts.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** The accounts that the demo streams over. */
export const DEMO_ACCOUNTS = ['stream-1', 'stream-2', 'stream-3', 'stream-4'] as const;

/** Subscribes to `TICKER_CONTRACTS` contracts at every boot of every replica; 0 leaves the database as it is. */
@Injectable()
export class DemoSubscriptions implements OnModuleInit {
  constructor(
    private readonly subscriptions: SubscriptionsRepository,
    private readonly feed: PriceFeed,
    private readonly clock: Clock,
    private readonly config: ConfigService<Environment, true>,
  ) {}

  async onModuleInit(): Promise<void> {
    const count = this.config.get('TICKER_CONTRACTS', { infer: true });
    if (count === 0) return;
    const now = Number(this.clock.now());
    const listed = demoContracts((symbol, at) => this.feed.priceAt(symbol, at), now, count);
    await this.subscriptions.add(DEMO_ACCOUNTS, [...listed, ...staleDemoContracts(now)]);
  }
}
