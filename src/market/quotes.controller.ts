import { Controller, Get } from '@nestjs/common';
import { FeedMonitor, type Quotes } from './feed-monitor.js';

@Controller('quotes')
export class QuotesController {
  constructor(private readonly monitor: FeedMonitor) {}

  /** The latest prices of all symbols, as this replica last saw them. */
  @Get()
  latest(): Quotes {
    return this.monitor.latest();
  }
}
