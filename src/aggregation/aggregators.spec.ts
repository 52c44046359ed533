import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { shardOf } from 'nestjs-background-services';
import { testIteration } from 'nestjs-background-services/testing';
import { openMemoryDatabase } from '../../test/support/memory-database.js';
import { type DatabaseConnection } from '../database/database.js';
import { FencedWriter } from '../database/fenced-writer.js';
import { aggregatedSymbols, fences, marketDepths, sentiments } from '../database/schema.js';
import { StaleTokenError } from '../database/stale-token.error.js';
import { MarketHours } from '../market/market-hours.js';
import { PriceFeed } from '../market/price-feed.js';
import { loadPriceSeries } from '../market/price-series.js';
import { SYMBOLS } from '../market/symbols.js';
import { AggregatedSymbols } from './aggregated-symbols.js';
import { AggregatesReader } from './aggregates.reader.js';
import { MarketDepthAggregator } from './depth/market-depth.aggregator.js';
import { SentimentAggregator } from './sentiment/sentiment.aggregator.js';

const ten = Date.UTC(2026, 10, 20, 10);
const MINUTE = 60_000;

describe('The aggregators', () => {
  const always = new MarketHours('always');
  const feed = new PriceFeed(loadPriceSeries());
  let connection: DatabaseConnection;
  let reader: AggregatesReader;
  let now: number;
  const clock = { now: () => new Date(now) };

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    reader = new AggregatesReader(connection.db);
  }, 60_000);
  afterAll(() => connection.close());
  beforeEach(async () => {
    now = ten;
    for (const table of [marketDepths, sentiments, fences]) await connection.db.delete(table);
    await connection.db.update(aggregatedSymbols).set({ enabled: true });
  });

  const iteration = (fencingToken: number) => testIteration({ fencingToken, scheduledAt: new Date(now) });
  const symbols = () => new AggregatedSymbols(connection.db, clock);
  const depths = (hours = always) =>
    new MarketDepthAggregator(symbols(), feed, hours, clock, new FencedWriter(connection.db));
  const crowd = () =>
    new SentimentAggregator(connection.db, symbols(), always, clock, new FencedWriter(connection.db));

  it('keep the newest depth of each symbol', async () => {
    await depths().processIteration(iteration(1));
    now += 5_000;
    await depths().processIteration(iteration(2));
    expect(await connection.db.$count(marketDepths)).toBe(SYMBOLS.length);
    expect(await reader.depth('AAPL')).toMatchObject({ at: new Date(now), fencingToken: 2 });
  });

  it('look after the symbols of their shard', async () => {
    const shard = { index: shardOf('IBM', 12), count: 12 };
    await depths().processIteration({
      ...iteration(1),
      shard,
      owns: (id) => shardOf(id, 12) === shard.index,
    });
    expect((await connection.db.select().from(marketDepths)).map(({ symbol }) => symbol)).toEqual(['IBM']);
  });

  it('rest while the market does', async () => {
    now = Date.UTC(2026, 10, 26, 17);
    await depths(new MarketHours('nyse')).processIteration(iteration(1));
    expect(await reader.depth('AAPL')).toBeUndefined();
  });

  it('keep an hour of sentiment over a change of leaders, and no more', async () => {
    for (let i = 0; i < 130; i += 1) {
      now = ten + i * MINUTE;
      await crowd().processIteration(iteration(1 + Math.floor(i / 40)));
    }
    const history = await reader.sentiment('SPX', 1_000);
    expect(history).toHaveLength(61);
    expect(Number(history[0]!.at) - Number(history.at(-1)!.at)).toBe(60 * MINUTE);
    expect(new Set(history.map(({ fencingToken }) => fencingToken))).toEqual(new Set([2, 3, 4]));
  });

  it('write nothing as leaders of the past', async () => {
    await depths().processIteration(iteration(2));
    await expect(depths().processIteration(iteration(1))).rejects.toThrow(StaleTokenError);
    await expect(crowd().processIteration(iteration(1))).rejects.toThrow(StaleTokenError);
    expect(await connection.db.$count(sentiments)).toBe(0);
  });
});

describe('AggregatedSymbols', () => {
  let connection: DatabaseConnection;
  let now = ten;
  let symbols: AggregatedSymbols;

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    symbols = new AggregatedSymbols(connection.db, { now: () => new Date(now) });
  }, 60_000);

  it('are read again after five minutes, and stay as they were where they cannot be', async () => {
    expect([...(await symbols.list())].sort()).toEqual([...SYMBOLS].sort());
    await connection.db
      .update(aggregatedSymbols)
      .set({ enabled: false })
      .where(eq(aggregatedSymbols.symbol, 'IBM'));
    await connection.db.insert(aggregatedSymbols).values({ symbol: 'NOPE' });
    now += 5 * MINUTE - 1;
    expect(await symbols.list()).toContain('IBM');
    now += 1;
    expect(await symbols.list()).not.toContain('IBM');
    expect(await symbols.list()).not.toContain('NOPE');
    await connection.close();
    now += 5 * MINUTE;
    expect(await symbols.list()).toHaveLength(SYMBOLS.length - 1);
  });
});
