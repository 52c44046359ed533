import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Iteration, shardOf } from 'nestjs-background-services';
import { testIteration } from 'nestjs-background-services/testing';
import { openMemoryDatabase } from '../../test/support/memory-database.js';
import { type DatabaseConnection } from '../database/database.js';
import { FencedWriter } from '../database/fenced-writer.js';
import { candles, fences } from '../database/schema.js';
import { StaleTokenError } from '../database/stale-token.error.js';
import { MarketHours } from '../market/market-hours.js';
import { PriceFeed } from '../market/price-feed.js';
import { loadPriceSeries } from '../market/price-series.js';
import { SYMBOLS } from '../market/symbols.js';
import type { AggregatedSymbols } from './aggregated-symbols.js';
import { minuteCandle } from './candle.js';
import { CandleAggregator } from './candle-aggregator.js';
import { CandleStore } from './candle.store.js';
import { CATCH_UP_LIMIT } from './catch-up.js';

const MINUTE = 60_000;
const ten = Date.UTC(2026, 10, 20, 10);

describe('CandleAggregator', () => {
  const feed = new PriceFeed(loadPriceSeries());
  const logger = new Logger('test');
  const log = jest.spyOn(logger, 'log').mockImplementation(() => undefined);
  const warn = jest.spyOn(logger, 'warn').mockImplementation(() => undefined);
  let connection: DatabaseConnection;
  let store: CandleStore;

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    store = new CandleStore(connection.db, new FencedWriter(connection.db));
  }, 60_000);
  afterAll(() => connection.close());
  beforeEach(async () => {
    log.mockClear();
    warn.mockClear();
    await connection.db.delete(candles);
    await connection.db.delete(fences);
  });

  /** Runs at so many minutes after ten; `late` milliseconds after the slot. */
  function run(
    minute: number,
    {
      token = 1,
      late = 0,
      signal = new AbortController().signal,
      market = feed,
      shard,
    }: {
      token?: number;
      late?: number;
      signal?: AbortSignal;
      market?: PriceFeed;
      shard?: Iteration['shard'];
    } = {},
  ) {
    const slot = ten + minute * MINUTE;
    const scheduledAt = new Date(slot);
    const iteration = testIteration({
      worker: 'candles',
      ...{ fencingToken: token, signal, scheduledAt, logger, shard },
    });
    const clock = { now: () => new Date(slot + late) };
    return new CandleAggregator(
      { of: async ({ owns }: Iteration) => SYMBOLS.filter(owns) } as unknown as AggregatedSymbols,
      ...([store, market, new MarketHours('always'), clock] as const),
    ).processIteration(iteration);
  }
  const starts = async (frame: '1m' | '5m' | '1h') =>
    (await store.latest('AAPL', frame, 1_000)).map(({ start }) => (Number(start) - ten) / MINUTE).reverse();

  it('begins an empty market with the last whole hour, in every frame and for every symbol', async () => {
    await run(2);
    expect(await starts('1m')).toEqual(Array.from({ length: 62 }, (_, i) => i - 60));
    expect(await starts('5m')).toHaveLength(12);
    expect(await starts('1h')).toEqual([-60]);
    expect([...(await store.lastMinutes()).keys()].sort()).toEqual([...SYMBOLS].sort());
    expect(log).toHaveBeenCalledWith('Caught up with 62 minutes of trading');
  });

  it('builds the symbols of its shard, and leaves the others to theirs', async () => {
    await run(2, { shard: { index: shardOf('IBM', 12), count: 12 } });
    expect([...(await store.lastMinutes()).keys()]).toEqual(['IBM']);
    expect([...(await store.lastMinutes(['AAPL'])).keys()]).toEqual([]);
  });

  it('adds the minute that has just ended, quietly', async () => {
    await run(2);
    log.mockClear();
    await run(3);
    const built = minuteCandle(ten + 2 * MINUTE, (at) => feed.priceAt('AAPL', at));
    const [stored] = await store.latest('AAPL', '1m', 1);
    expect({ ...built, start: new Date(built.start) }).toMatchObject({ ...stored });
    expect(stored?.start).toEqual(new Date(ten + 2 * MINUTE));
    expect(log).not.toHaveBeenCalled();
  });

  it('takes its slot for the time when the timer fires a moment early', async () => {
    await run(2, { late: -1 });
    expect((await starts('1m')).at(-1)).toBe(1);
  });

  it('loses nothing by a failover: the next leader builds what the last one did not', async () => {
    await run(3, { token: 1 });
    await run(10, { token: 2, late: 4_000 });
    const minutes = await starts('1m');
    expect(minutes).toEqual(Array.from({ length: 70 }, (_, i) => i - 60));
    expect((await starts('5m')).slice(-2)).toEqual([0, 5]);
    // The candle that closed after the failover is built of minutes from both leaders.
    const [last] = await store.latest('AAPL', '5m', 1);
    const [first] = (await store.latest('AAPL', '1m', 5)).reverse();
    expect(last?.open).toBe(first?.open);
  });

  it('says what it gave up after a very long outage', async () => {
    await run(0);
    const save = jest.spyOn(store, 'save').mockResolvedValue();
    const flat = Object.assign(new PriceFeed(new Map()), { priceAt: () => 100 });
    await run(CATCH_UP_LIMIT + 120, { market: flat });
    save.mockRestore();
    expect(warn).toHaveBeenCalledWith('Gave up 120 minutes of trading, too old to catch up with');
  });

  it('stops between two pieces of work when its signal aborts, and leaves whole ones', async () => {
    const abort = new AbortController();
    const save = jest.spyOn(store, 'save').mockImplementationOnce(async (...args) => {
      await CandleStore.prototype.save.apply(store, args);
      abort.abort(new Error('the term has ended'));
    });
    await expect(run(2, { signal: abort.signal })).rejects.toThrow('the term has ended');
    save.mockRestore();
    expect(await starts('1m')).toHaveLength(60);
    expect(await starts('1h')).toEqual([-60]);
    expect([...(await store.lastMinutes()).keys()]).toEqual(['AAPL']);
  });

  it('writes nothing as a leader of the past', async () => {
    await run(2, { token: 2 });
    await expect(run(3, { token: 1 })).rejects.toThrow(StaleTokenError);
    expect((await starts('1m')).at(-1)).toBe(1);
  });
});
