import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { asc, eq, sql } from 'drizzle-orm';
import { shardOf } from 'nestjs-background-services';
import { systemClock } from 'nestjs-background-services/store';
import { testIteration } from 'nestjs-background-services/testing';
import { openMemoryDatabase } from '../../../test/support/memory-database.js';
import { type DatabaseConnection } from '../../database/database.js';
import { FencedWriter } from '../../database/fenced-writer.js';
import { tickerSubscriptions } from '../../database/schema.js';
import { StaleTokenError } from '../../database/stale-token.error.js';
import { TaskMonitor } from '../tasks/task-monitor.js';
import { type StreamTerm } from '../term.js';
import { NotStreamingError } from './reload.errors.js';
import { SubscriptionReconciler } from './subscription-reconciler.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

const noon = new Date('2026-11-20T12:00:00Z');
const calls = (count: number, from = 100) =>
  Array.from({ length: count }, (_, i) => `AAPL261218C00${from + i}000`);

type TermOfTest = { readonly token?: number } & Partial<Pick<StreamTerm, 'signal' | 'shard'>>;

describe('SubscriptionReconciler', () => {
  const clock = { now: () => noon };
  const logger = new Logger('test');
  const warn = jest.spyOn(logger, 'warn').mockImplementation(() => undefined);
  const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  let connection: DatabaseConnection;
  let subscriptions: SubscriptionsRepository;
  let tasks: TaskMonitor;

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    subscriptions = new SubscriptionsRepository(connection.db, new FencedWriter(connection.db));
  }, 60_000);
  afterAll(() => connection.close());
  beforeEach(async () => {
    warn.mockClear();
    error.mockClear();
    await connection.db.execute(
      sql`TRUNCATE ticker_subscriptions, ticker_accounts, ticker_history, ticker_daily_bars, fences RESTART IDENTITY`,
    );
  });

  function make(term: TermOfTest = {}) {
    tasks = new TaskMonitor(clock);
    const options = { clock: systemClock, interval: 0, capacity: 10 };
    const reconciler = new SubscriptionReconciler(subscriptions, clock, tasks, options);
    reconciler.begin(termOf(term));
    return reconciler;
  }
  const termOf = ({ token = 1, signal = new AbortController().signal, shard }: TermOfTest = {}) =>
    testIteration({ key: 'ticker', fencingToken: token, signal, logger, shard });
  const dealt = (reconciler: SubscriptionReconciler, term = termOf()) =>
    reconciler.planOf(term).map(({ account, contracts }) => [account, contracts.length]);
  const stored = () => connection.db.select().from(tickerSubscriptions).orderBy(asc(tickerSubscriptions.id));

  it('deals the active subscriptions out to the accounts', async () => {
    await subscriptions.add(['a', 'b', 'c', 'd'], calls(10));
    const reconciler = make();
    expect(await reconciler.reload()).toEqual({
      at: noon,
      asOf: expect.any(Date) as unknown,
      accounts: 4,
      contracts: 10,
      unknown: 0,
      expired: 0,
    });
    expect(dealt(reconciler)).toEqual([
      ['a', 3],
      ['b', 3],
      ['c', 2],
      ['d', 2],
    ]);
  });

  it('makes the same plan again on the next leader, from the database alone', async () => {
    await subscriptions.add(['a', 'b', 'c'], calls(20));
    const [first, second] = [make({ token: 1 }), make({ token: 2 })];
    await first.reload();
    await second.reload();
    expect(second.planOf(termOf())).toEqual(first.planOf(termOf()));
  });

  it('reads more than a page', async () => {
    const many = [...calls(900), ...calls(900).map((id) => id.replace('C', 'P'))];
    await subscriptions.add(['a'], many);
    const reconciler = make();
    expect(await reconciler.reload()).toMatchObject({ contracts: 1_800 });
    expect(reconciler.planOf(termOf())[0]?.contracts.map(({ id }) => id)).toEqual(many);
  });

  it('drops and deactivates what is unknown or expired, once', async () => {
    await subscriptions.add(['a'], ['AAPL261113C00100000', ...calls(2), 'ZZZZ261218C00100000']);
    const reconciler = make({ token: 7 });
    expect(await reconciler.reload()).toMatchObject({ contracts: 2, unknown: 1, expired: 1 });
    const off = (await stored()).filter(({ active }) => !active);
    expect(off).toMatchObject([
      { instrument: 'AAPL261113C00100000', deactivatedBecause: 'expired', fencingToken: 7 },
      { instrument: 'ZZZZ261218C00100000', deactivatedBecause: 'unknown', deactivatedAt: noon },
    ]);
    expect(warn).toHaveBeenCalledTimes(2);
    expect(await reconciler.reload()).toMatchObject({ contracts: 2, unknown: 0, expired: 0 });
  });

  it('leaves what was deactivated as it is when it is subscribed to again by a boot', async () => {
    await subscriptions.add(['a'], calls(1));
    await connection.db
      .update(tickerSubscriptions)
      .set({ active: false })
      .where(eq(tickerSubscriptions.instrument, calls(1)[0]!));
    await subscriptions.add(['a'], calls(1));
    expect(await make().reload()).toMatchObject({ contracts: 0 });
  });

  it('has what was committed before the call in its plan after it', async () => {
    await subscriptions.add(['a'], calls(1));
    const reconciler = make();
    await reconciler.reload();
    await subscriptions.add([], calls(1, 500));
    await reconciler.reload();
    expect(dealt(reconciler)).toEqual([['a', 2]]);
  });

  it('reloads in the background, too, and no failure there goes unseen', async () => {
    await subscriptions.add(['a'], calls(1));
    const reconciler = make();
    const accounts = jest.spyOn(subscriptions, 'accounts').mockRejectedValueOnce(new Error('database away'));
    reconciler.reloadSoon();
    await expect(reconciler.reload()).rejects.toThrow('database away');
    accounts.mockRestore();
    expect(tasks.status().failures).toMatchObject([{ task: 'reload', message: 'database away' }]);
    expect(error).toHaveBeenCalledTimes(1);
  });

  it('does nothing before its term and after it', async () => {
    const reconciler = make();
    const [term] = reconciler.begun;
    const waiting = reconciler.reload();
    reconciler.end(term!);
    await expect(waiting).rejects.toThrow(NotStreamingError);
    await expect(reconciler.reload()).rejects.toThrow(NotStreamingError);
    expect(() => reconciler.reloadSoon()).toThrow(NotStreamingError);
    expect(dealt(reconciler)).toEqual([]);
  });

  it('reads one plan for all shards that begin, and gives each its accounts', async () => {
    const accounts = ['a', 'b', 'c', 'd'];
    await subscriptions.add(accounts, calls(10));
    const shards = Array.from({ length: 4 }, (_, index) => termOf({ shard: { index, count: 4 } }));
    const reconciler = make();
    for (const shard of shards) reconciler.begin(shard);
    await Promise.all(shards.map(() => reconciler.ready()));
    await reconciler.ready();
    expect(reconciler.counts()).toMatchObject({ requests: 1, runs: 1 });
    expect(shards.flatMap((shard) => dealt(reconciler, shard)).sort()).toEqual(dealt(reconciler));
    for (const [index, shard] of shards.entries())
      for (const [account] of dealt(reconciler, shard)) expect(shardOf(account!, 4)).toBe(index);
  });

  it('streams for as long as one of its shards does', async () => {
    await subscriptions.add(['a'], ['ZZZZ261218C00100000', ...calls(1)]);
    const abort = new AbortController();
    const reconciler = make({ signal: abort.signal, token: 1 });
    const [first] = reconciler.begun;
    reconciler.begin(termOf({ token: 2 }));
    await reconciler.ready();
    abort.abort();
    reconciler.end(first!);
    expect(await reconciler.reload()).toMatchObject({ contracts: 1 });
    expect(dealt(reconciler)).toEqual([['a', 1]]);
  });

  it('deactivates nothing as a leader of the past', async () => {
    await subscriptions.add(['a'], ['ZZZZ261218C00100000']);
    await make({ token: 2 }).reload();
    await subscriptions.add(['a'], ['YYYY261218C00100000']);
    await expect(make({ token: 1 }).reload()).rejects.toThrow(StaleTokenError);
    expect((await stored()).at(-1)).toMatchObject({ active: true });
  });
});
