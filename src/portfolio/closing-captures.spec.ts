import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { testIteration } from 'nestjs-background-services/testing';
import { openMemoryDatabase } from '../../test/support/memory-database.js';
import { type DatabaseConnection } from '../database/database.js';
import { FencedWriter } from '../database/fenced-writer.js';
import { dailyCaptures, fences } from '../database/schema.js';
import { StaleTokenError } from '../database/stale-token.error.js';
import { MarketHours } from '../market/market-hours.js';
import { instantOf } from '../market/new-york-time.js';
import { PriceFeed } from '../market/price-feed.js';
import { loadPriceSeries } from '../market/price-series.js';
import { type Account, valueOf } from './account.js';
import { AccountsRepository } from './accounts.repository.js';
import { ClosingCaptures } from './closing-captures.js';
import { ValuationHistory } from './valuation-history.js';

/** 2026-11-20 is a Friday. */
const at = (day: string, hour: number) => instantOf(day, hour * 60);

describe('ClosingCaptures', () => {
  const feed = new PriceFeed(loadPriceSeries());
  const logger = new Logger('test');
  let connection: DatabaseConnection;
  let accounts: AccountsRepository;
  let history: ValuationHistory;
  let captures: ClosingCaptures;
  let now: Date;

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    accounts = new AccountsRepository(connection.db);
    history = new ValuationHistory(connection.db);
    await accounts.onModuleInit();
    const writer = new FencedWriter(connection.db);
    const clock = { now: () => now };
    captures = new ClosingCaptures(accounts, history, feed, new MarketHours('nyse'), clock, writer);
  }, 60_000);
  afterAll(() => connection.close());
  beforeEach(async () => {
    await connection.db.delete(dailyCaptures);
    await connection.db.delete(fences);
  });

  function run(day: string, hour: number, fencingToken = 1, signal = new AbortController().signal) {
    now = at(day, hour);
    return captures.captureMissed(
      testIteration({ worker: 'snapshot', fencingToken, signal, scheduledAt: now, logger }),
    );
  }
  const capturedDays = async (account: string) =>
    (await history.daily(account, 100)).map(({ day }) => day).reverse();

  it('captures the previous trading day at its close', async () => {
    expect(await run('2026-11-20', 4)).toEqual(['2026-11-19']);
    const demo = (await accounts.find('demo')) as Account;
    const value = valueOf(demo, (symbol) => feed.priceAt(symbol, at('2026-11-19', 16)));
    expect(await history.daily('demo', 10)).toEqual([{ day: '2026-11-19', value, fencingToken: 1 }]);
    expect(await connection.db.$count(dailyCaptures)).toBe((await accounts.list()).length);
  });

  it('rebuilds the days that were missed since the last capture, and no weekend', async () => {
    await run('2026-11-18', 4);
    await run('2026-11-24', 4, 2);
    expect(await capturedDays('demo')).toEqual([
      '2026-11-17',
      '2026-11-18',
      '2026-11-19',
      '2026-11-20',
      '2026-11-23',
    ]);
    const [monday] = await history.daily('pension', 1);
    const pension = (await accounts.find('pension')) as Account;
    expect(monday?.value).toBe(valueOf(pension, (symbol) => feed.priceAt(symbol, at('2026-11-23', 16))));
  });

  it('captures a day once, however often it runs', async () => {
    await run('2026-11-20', 4, 1);
    expect(await run('2026-11-20', 5, 2)).toEqual([]);
    expect(await history.daily('demo', 10)).toMatchObject([{ day: '2026-11-19', fencingToken: 1 }]);
  });

  it('goes on where an aborted run stopped', async () => {
    const abort = new AbortController();
    const write = jest.spyOn(FencedWriter.prototype, 'write').mockImplementationOnce(async function (
      this: FencedWriter,
      ...args
    ) {
      const result = await this.write(...args);
      abort.abort(new Error('the term has ended'));
      return result;
    });
    await expect(run('2026-11-20', 4, 1, abort.signal)).rejects.toThrow('the term has ended');
    write.mockRestore();
    expect(await connection.db.$count(dailyCaptures)).toBe(1);

    await run('2026-11-20', 5, 2);
    expect(await connection.db.$count(dailyCaptures)).toBe((await accounts.list()).length);
  });

  it('writes nothing as a leader of the past', async () => {
    await run('2026-11-19', 4, 2);
    await expect(run('2026-11-20', 4, 1)).rejects.toThrow(StaleTokenError);
    expect(await capturedDays('demo')).toEqual(['2026-11-18']);
  });
});
