import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type JobContext, noData } from 'nestjs-background-jobs';
import { TradingCalendar } from '../market/trading-calendar.js';
import { JsonLinesFormat } from './formats/json-lines.format.js';
import { type OptionChain } from './option-chain.js';
import { OptionHistoryJob } from './option-history.job.js';
import { type OptionHistoryRequest } from './option-history.request.js';
import { OptionsSource } from './options-source.js';
import { ObjectStorage, type StoredObject } from './storage/object-storage.js';

/** Has a chain of every day but one. */
class Source extends OptionsSource {
  override async chainOf(root: OptionChain['root'], day: string): Promise<OptionChain | undefined> {
    return day === '2024-07-02' ? undefined : { root, day, underlyingPrice: 100, quotes: [] };
  }
}

class Storage extends ObjectStorage {
  readonly objects = new Map<string, StoredObject>();

  override async exists(key: string): Promise<boolean> {
    return this.objects.has(key);
  }

  override async put(object: StoredObject): Promise<void> {
    this.objects.set(object.key, object);
  }
}

describe('OptionHistoryJob', () => {
  const request: OptionHistoryRequest = {
    root: 'MSFT',
    startDate: '2024-07-01',
    endDate: '2024-07-07',
    forceRefresh: false,
  };
  const context = (item: string): JobContext<OptionHistoryRequest> => ({
    id: '01900000-0000-7000-8000-000000000000',
    type: 'historical-option',
    request,
    item,
    attempt: 1,
    run: 1,
    signal: new AbortController().signal,
    logger: new Logger(),
  });
  let storage: Storage;
  let job: OptionHistoryJob;

  beforeEach(() => {
    storage = new Storage();
    job = new OptionHistoryJob(new TradingCalendar(), new Source(), new JsonLinesFormat(), storage);
  });

  it('has an item for every trading day of the range', () => {
    expect(job.items(request)).toEqual(['2024-07-01', '2024-07-02', '2024-07-03', '2024-07-05']);
  });

  it('has none where nothing is traded', () => {
    expect(job.items({ ...request, startDate: '2024-07-06' })).toEqual([]);
  });

  it('stores a day once, and finds it again', async () => {
    const day = '2024-07-01';
    expect(await job.exists(day, context(day))).toBe(false);
    await job.process(day, context(day));
    expect(await job.exists(day, context(day))).toBe(true);
    expect([...storage.objects.keys()]).toEqual(['MSFT/2024/2024-07-01.jsonl']);
    expect(storage.objects.get('MSFT/2024/2024-07-01.jsonl')?.contentType).toBe('application/jsonl');
  });

  it('stores nothing of a day of which the source has nothing', async () => {
    expect(await job.process('2024-07-02', context('2024-07-02'))).toBe(noData);
    expect(storage.objects.size).toBe(0);
  });
});
