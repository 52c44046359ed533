import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMemoryDatabase } from '../../test/support/memory-database.js';
import { CandleStore } from '../aggregation/candle.store.js';
import { type DatabaseConnection } from '../database/database.js';
import { FencedWriter } from '../database/fenced-writer.js';
import { dailyCaptures, dailySnapshots } from '../database/schema.js';
import { MarketHours } from '../market/market-hours.js';
import { instantOf } from '../market/new-york-time.js';
import { PriceFeed } from '../market/price-feed.js';
import { loadPriceSeries } from '../market/price-series.js';
import { SYMBOLS } from '../market/symbols.js';
import { AccountsRepository } from '../portfolio/accounts.repository.js';
import { ValuationHistory } from '../portfolio/valuation-history.js';
import { Past } from './past.js';

/** A Friday, the day after Thanksgiving: the market has been open for two hours, and closes early. */
const now = instantOf('2026-11-27', 11 * 60 + 30);

describe('Past', () => {
  let connection: DatabaseConnection;
  let store: CandleStore;
  let past: Past;

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    const { db } = connection;
    const accounts = new AccountsRepository(db);
    await accounts.onModuleInit();
    store = new CandleStore(db, new FencedWriter(db));
    const feed = new PriceFeed(loadPriceSeries());
    past = new Past(db, accounts, store, feed, new MarketHours('nyse'), { now: () => now });
  }, 60_000);
  afterAll(() => connection.close());

  it('is what the workers would have written', async () => {
    // Two days of candles: 11:30 on Wednesday to the close, and two hours of today. An hour of the crowd.
    expect(await past.add()).toEqual({
      captures: 3 * 62,
      candles: SYMBOLS.length * (270 + 120),
      sentiments: SYMBOLS.length * 120,
    });
    const history = new ValuationHistory(connection.db);
    const [last, before] = await history.daily('demo', 2);
    expect([last!.day, before!.day]).toEqual(['2026-11-25', '2026-11-24']);
    const [snapshot] = await history.snapshots('demo', 1);
    expect(snapshot!.change).toBeCloseTo(last!.value - before!.value, 2);
    expect(await store.latest('AAPL', '1m', 1)).toMatchObject([
      { start: instantOf('2026-11-27', 11 * 60 + 29) },
    ]);
    expect(await store.latest('AAPL', '1h', 1)).toMatchObject([{ start: instantOf('2026-11-27', 10 * 60) }]);
  }, 60_000);

  it('is added once', async () => {
    expect(await past.add()).toEqual({ captures: 0, candles: 0, sentiments: 0 });
    expect(await connection.db.$count(dailyCaptures)).toBe(3 * 62);
    expect(await connection.db.$count(dailySnapshots)).toBe(3 * 62);
  });
});
