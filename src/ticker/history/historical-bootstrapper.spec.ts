import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { asc, sql } from 'drizzle-orm';
import { shardOf } from 'nestjs-background-services';
import { TestClock, testIteration } from 'nestjs-background-services/testing';
import { openMemoryDatabase } from '../../../test/support/memory-database.js';
import { until } from '../../../test/support/until.js';
import { type DatabaseConnection } from '../../database/database.js';
import { FencedWriter } from '../../database/fenced-writer.js';
import { tickerAccounts, tickerDailyBars } from '../../database/schema.js';
import { StaleTokenError } from '../../database/stale-token.error.js';
import { MarketHours } from '../../market/market-hours.js';
import { PriceFeed } from '../../market/price-feed.js';
import { loadPriceSeries } from '../../market/price-series.js';
import { SYMBOLS } from '../../market/symbols.js';
import { type StreamTerm } from '../term.js';
import { HistoricalBootstrapper } from './historical-bootstrapper.js';
import { HistoryRepository } from './history.repository.js';

const EVERY = 30_000;
const DAYS = 10;
/** A Monday, before the close in New York: Friday is the last day that is over. */
const monday = new Date('2026-11-23T12:00:00Z');

describe('HistoricalBootstrapper', () => {
  const feed = new PriceFeed(loadPriceSeries());
  const logger = new Logger('test');
  const spies = (['log', 'debug', 'error'] as const).map((level) =>
    jest.spyOn(logger, level).mockImplementation(() => undefined),
  );
  let connection: DatabaseConnection;
  let history: HistoryRepository;
  let timers: TestClock;
  let ends: (() => Promise<void>)[];

  beforeAll(async () => {
    connection = await openMemoryDatabase();
  }, 60_000);
  afterAll(() => connection.close());
  beforeEach(async () => {
    for (const spy of spies) spy.mockClear();
    await connection.db.execute(
      sql`TRUNCATE ticker_subscriptions, ticker_accounts, ticker_history, ticker_daily_bars, fences`,
    );
    await connection.db.insert(tickerAccounts).values([{ id: 'a' }, { id: 'b' }]);
    history = new HistoryRepository(connection.db, new FencedWriter(connection.db));
    timers = new TestClock(monday);
    ends = [];
  });
  afterEach(() => Promise.all(ends.map((end) => end())));

  /** A leader who begins at once. */
  function lead({
    token = 1,
    days = DAYS,
    batch = 3,
    shard,
  }: { token?: number; days?: number; batch?: number; shard?: StreamTerm['shard'] } = {}) {
    const abort = new AbortController();
    const clock = { now: () => monday };
    const options = { days, batch, every: EVERY, timers };
    const bootstrapper = new HistoricalBootstrapper(history, feed, new MarketHours('nyse'), clock, options);
    const term = testIteration({ key: 'ticker', shard, fencingToken: token, signal: abort.signal, logger });
    const run: Promise<unknown> = bootstrapper.run(term).catch((error: unknown) => error);
    const kill = () => abort.abort(new Error('the term has ended'));
    const end = async () => {
      kill();
      await run;
    };
    ends.push(end);
    return { run, kill, end };
  }
  const complete = (accounts: number) =>
    until(() => history.progress(), {
      what: `${accounts} complete histories`,
      satisfies: (all) => all.filter(({ completedAt }) => completedAt).length === accounts,
    });
  /** Lets the leader look again and again. */
  const completeInTime = () =>
    until(
      async () => {
        await timers.advance(EVERY);
        return (await history.incomplete()).length === 0;
      },
      { what: 'all histories to be complete' },
    );
  const bars = () =>
    connection.db
      .select()
      .from(tickerDailyBars)
      .orderBy(asc(tickerDailyBars.accountId), asc(tickerDailyBars.day), asc(tickerDailyBars.symbol));
  const daysOf = async (account: string) => [
    ...new Set((await bars()).filter(({ accountId }) => accountId === account).map(({ day }) => day)),
  ];

  it('gives every account its days, which are those of trading', async () => {
    lead();
    const progress = await complete(2);
    expect(progress[0]).toMatchObject({ accountId: 'a', doneDays: DAYS, totalDays: DAYS, failures: 0 });
    const expected = ['09', '10', '11', '12', '13', '16', '17', '18', '19', '20'].map(
      (date) => `2026-11-${date}`,
    );
    expect(await daysOf('a')).toEqual(expected);
    expect(await daysOf('b')).toEqual(expected);
    const all = await bars();
    expect(all).toHaveLength(2 * DAYS * SYMBOLS.length);
    for (const { open, high, low, close } of all) {
      expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
      expect(low).toBeLessThanOrEqual(Math.min(open, close));
    }
  });

  it('gives an account its days in the shard that the account belongs to', async () => {
    const owner = shardOf('b', 8);
    lead({ shard: { index: owner, count: 8 } });
    await complete(1);
    expect([(await daysOf('a')).length, (await daysOf('b')).length]).toEqual([0, DAYS]);
  });

  it('does so once: the next leader finds nothing to do', async () => {
    const first = lead();
    await complete(2);
    await first.end();
    const before = await bars();
    const save = jest.spyOn(history, 'save');
    const look = jest.spyOn(history, 'incomplete');
    lead({ token: 2, days: 2 * DAYS });
    await until(() => timers.advance(EVERY).then(() => look.mock.calls.length > 2), { what: 'three looks' });
    expect(save).not.toHaveBeenCalled();
    expect(await bars()).toEqual(before);
  });

  it('goes on behind the last batch of a leader that died', async () => {
    const save = jest.spyOn(history, 'save');
    const first = lead({ batch: 2 });
    save.mockImplementation(async (...args) => {
      // The third batch never commits: its leader is dead.
      if (save.mock.calls.length > 2) {
        first.kill();
        throw new Error('the connection is gone');
      }
      return HistoryRepository.prototype.save.apply(history, args);
    });
    await first.run;
    save.mockRestore();
    const stored = await bars();
    expect(stored).toHaveLength(4 * SYMBOLS.length);

    lead({ token: 2, batch: 4 });
    await complete(2);
    const all = await bars();
    expect(all).toHaveLength(2 * DAYS * SYMBOLS.length);
    expect(all.slice(0, stored.length)).toEqual(stored);
    expect(new Set(all.map(({ fencingToken }) => fencingToken))).toEqual(new Set([1, 2]));
  });

  it('writes nothing as a leader of the past, and stops', async () => {
    lead({ token: 2 });
    await complete(2);
    await connection.db.insert(tickerAccounts).values([{ id: 'c' }]);
    expect(await lead({ token: 1 }).run).toBeInstanceOf(StaleTokenError);
    expect(await daysOf('c')).toEqual([]);
  });

  it('logs and stores the failure of one account, does the others, and tries it again', async () => {
    jest.spyOn(history, 'save').mockRejectedValueOnce(new Error('the disk is full'));
    lead();
    const progress = await complete(1);
    expect(logger.error).toHaveBeenCalledWith(
      `History of a failed, and is tried again in ${EVERY} ms: the disk is full`,
    );
    expect(progress[0]).toMatchObject({ completedAt: null, failures: 1, lastError: 'the disk is full' });
    await completeInTime();
    expect(await daysOf('a')).toHaveLength(DAYS);
  });

  it('outlives a database that is away for a look', async () => {
    jest.spyOn(history, 'incomplete').mockRejectedValueOnce(new Error('the database is away'));
    lead();
    await completeInTime();
    expect(logger.error).toHaveBeenCalledWith(expect.stringContaining('the database is away'));
  });

  it('sees accounts that are added later', async () => {
    lead();
    await complete(2);
    await connection.db.insert(tickerAccounts).values([{ id: 'c' }]);
    await completeInTime();
    expect(await daysOf('c')).toHaveLength(DAYS);
  });
});
