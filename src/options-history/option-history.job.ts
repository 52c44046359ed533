import { BackgroundJob, type JobContext, type JobHandler, noData } from 'nestjs-background-jobs';
import { type Day } from '../market/new-york-time.js';
import { TradingCalendar } from '../market/trading-calendar.js';
import { ChainFormat } from './formats/chain-format.js';
import { optionHistoryRequest, type OptionHistoryRequest } from './option-history.request.js';
import { OptionsSource } from './options-source.js';
import { ObjectStorage } from './storage/object-storage.js';

/**
 * Fetches the option chains of a range of days and stores each as an object of its own. What is stored is not fetched again unless the request says
 * so; what failed may be retried without the rest.
 */
@BackgroundJob('historical-option', {
  concurrency: 8,
  retries: { attempts: 3, minDelay: 200, maxDelay: 5_000 },
  itemTimeout: 30_000,
  body: optionHistoryRequest,
})
export class OptionHistoryJob implements JobHandler<OptionHistoryRequest, Day> {
  constructor(
    private readonly calendar: TradingCalendar,
    private readonly source: OptionsSource,
    private readonly format: ChainFormat,
    private readonly storage: ObjectStorage,
  ) {}

  items({ startDate, endDate }: OptionHistoryRequest): Day[] {
    return this.calendar.tradingDays(startDate, endDate);
  }

  exists(day: Day, { request, signal }: JobContext<OptionHistoryRequest>): Promise<boolean> {
    return this.storage.exists(this.keyOf(request, day), signal);
  }

  async process(day: Day, { request, signal }: JobContext<OptionHistoryRequest>): Promise<unknown> {
    const chain = await this.source.chainOf(request.root, day, signal);
    if (!chain) return noData;
    const { contentType } = this.format;
    const bytes = this.format.encode(chain);
    await this.storage.put({ key: this.keyOf(request, day), bytes, contentType }, signal);
  }

  private keyOf({ root }: OptionHistoryRequest, day: Day): string {
    return `${root}/${day.slice(0, 4)}/${day}.${this.format.extension}`;
  }
}
