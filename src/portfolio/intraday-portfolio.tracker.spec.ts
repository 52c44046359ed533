import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Iteration } from 'nestjs-background-services';
import { testIteration } from 'nestjs-background-services/testing';
import { openMemoryDatabase } from '../../test/support/memory-database.js';
import { type DatabaseConnection } from '../database/database.js';
import { FencedWriter } from '../database/fenced-writer.js';
import { fences, valuations } from '../database/schema.js';
import { StaleTokenError } from '../database/stale-token.error.js';
import { MarketHours } from '../market/market-hours.js';
import { instantOf } from '../market/new-york-time.js';
import { PriceFeed } from '../market/price-feed.js';
import { loadPriceSeries } from '../market/price-series.js';
import { type Account, valueOf } from './account.js';
import { AccountsRepository } from './accounts.repository.js';
import { IntradayPortfolioTracker } from './intraday-portfolio.tracker.js';
import { ValuationHistory } from './valuation-history.js';

const noon = instantOf('2026-11-20', 12 * 60);
const evening = instantOf('2026-11-20', 20 * 60);

const iterationOf = (fencingToken: number, signal?: AbortSignal): Iteration =>
  testIteration({ key: 'portfolio:leader', fencingToken, scheduledAt: noon, ...(signal ? { signal } : {}) });

describe('IntradayPortfolioTracker', () => {
  const feed = new PriceFeed(loadPriceSeries());
  let connection: DatabaseConnection;
  let accounts: AccountsRepository;
  let history: ValuationHistory;
  let now: Date;

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    accounts = new AccountsRepository(connection.db);
    history = new ValuationHistory(connection.db);
    await accounts.onModuleInit();
  }, 60_000);
  afterAll(() => connection.close());
  beforeEach(async () => {
    now = noon;
    await connection.db.delete(valuations);
    await connection.db.delete(fences);
  });

  function trackerFor(mode: 'nyse' | 'always', source: Pick<AccountsRepository, 'list'> = accounts) {
    const hours = new MarketHours(mode);
    const writer = new FencedWriter(connection.db);
    return new IntradayPortfolioTracker(
      source as AccountsRepository,
      feed,
      hours,
      { now: () => now },
      writer,
    );
  }

  it('writes a row an account, signed with the fencing token', async () => {
    await trackerFor('nyse').update(iterationOf(7));
    const demo = (await accounts.find('demo')) as Account;
    const value = valueOf(demo, (symbol) => feed.priceAt(symbol, noon));
    expect(await history.intraday('demo', 10)).toEqual([{ at: noon, value, fencingToken: 7 }]);
    expect(await connection.db.$count(valuations)).toBe((await accounts.list()).length);
  });

  it('gives the newest rows first', async () => {
    const tracker = trackerFor('nyse');
    for (const second of [0, 30, 60]) {
      now = new Date(Number(noon) + second * 1_000);
      await tracker.update(iterationOf(7));
    }
    expect((await history.intraday('demo', 2)).map(({ at }) => Number(at) - Number(noon))).toEqual([
      60_000, 30_000,
    ]);
  });

  it('rests while the market is closed, unless it never closes', async () => {
    now = evening;
    await trackerFor('nyse').update(iterationOf(1));
    expect(await connection.db.$count(valuations)).toBe(0);
    await trackerFor('always').update(iterationOf(1));
    expect(await connection.db.$count(valuations)).toBeGreaterThan(0);
  });

  it('stops between two accounts when its signal aborts', async () => {
    const abort = new AbortController();
    const seeded = await accounts.list();
    const first = seeded[0] as Account;
    // The second account is asked for its positions while the signal aborts: the third is never valued.
    const second = Object.defineProperty({ ...(seeded[1] as Account) }, 'positions', {
      get: () => {
        abort.abort(new Error('the term has ended'));
        return [];
      },
    });
    const source = { list: () => Promise.resolve([first, second, seeded[2] as Account]) };
    await expect(trackerFor('nyse', source).update(iterationOf(1, abort.signal))).rejects.toThrow(
      'the term has ended',
    );
    expect(await connection.db.$count(valuations)).toBe(2);
  });

  it('writes nothing as a leader of the past', async () => {
    await trackerFor('nyse').update(iterationOf(2));
    now = new Date(Number(noon) + 30_000);
    await expect(trackerFor('nyse').update(iterationOf(1))).rejects.toThrow(StaleTokenError);
    expect(await history.intraday('demo', 10)).toHaveLength(1);
  });
});
