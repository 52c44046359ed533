import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { systemClock } from 'nestjs-background-services/store';
import { openMemoryDatabase } from '../../../test/support/memory-database.js';
import { until } from '../../../test/support/until.js';
import { type DatabaseConnection } from '../../database/database.js';
import { readClock } from '../../database/database-clock.js';
import { type HistoryRepository } from '../history/history.repository.js';
import { NotStreamingError } from '../subscriptions/reload.errors.js';
import { type SubscriptionReconciler } from '../subscriptions/subscription-reconciler.js';
import { TickerStatus } from '../ticker-status.js';
import { type Replica, type ReplicaReport, type ShardReport, told } from './replica-report.js';
import { type ReplicaReporter } from './replica-reporter.js';
import { ReplicasRepository } from './replicas.repository.js';
import { TickerFleet } from './ticker-fleet.js';

describe('TickerFleet', () => {
  let connection: DatabaseConnection;
  let replicas: ReplicasRepository;

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    replicas = new ReplicasRepository(connection.db);
  }, 60_000);
  afterAll(() => connection.close());
  beforeEach(() => connection.db.execute(sql`TRUNCATE ticker_replicas, ticker_reloads`));

  function shard(index: number, parts: Partial<ShardReport> = {}): ShardReport {
    const counts = { ticks: 5, snapshots: 10, expired: 1, lastTickAt: new Date(index) };
    return { index, fencingToken: 1, accounts: [], ...counts, ...parts };
  }
  function reportOf(shards: readonly ShardReport[], asOf?: Date): ReplicaReport {
    const counts = { accounts: 2, contracts: 3, unknown: 0, expired: 0 };
    return {
      shards,
      reconciled: asOf ? { at: asOf, asOf, ...counts } : null,
      reloads: { requests: 0, coalesced: 0, refused: 0, waiting: 0, runs: 0 },
      memory: { snapshots: 0, capacity: 1 },
      publisher: { state: 'off', published: 0, dropped: { failed: 0, open: 0, crowded: 0 }, openings: 0 },
      tasks: { running: [], succeeded: 0, aborted: 0, failed: 0, failures: [] },
    };
  }
  const store = (replica: string, report: ReplicaReport) => replicas.store({ replica, report: told(report) });

  /** Asked on the replica b. */
  function fleetOf(own: ReplicaReport, reload?: () => Promise<unknown>): TickerFleet {
    const replica: Replica = { replica: 'b', report: told(own) };
    return new TickerFleet(
      replicas,
      {
        isStreaming: reload !== undefined,
        reload,
        reloadSoon: () => void reload?.(),
      } as unknown as SubscriptionReconciler,
      { own: () => replica } as unknown as ReplicaReporter,
      systemClock,
    );
  }
  const statusOf = (fleet: TickerFleet) =>
    new TickerStatus(fleet, { progress: async () => [] } as unknown as HistoryRepository).read();

  it('tells of all shards, whichever replica is asked, and of each what its newest leader does', async () => {
    const asOf = await readClock(connection.db);
    const account = { account: 'x', contracts: 7 };
    await store('a', reportOf([shard(0), shard(1, { accounts: [account] })], asOf));
    await store('b', reportOf([], undefined));
    const own = reportOf([shard(1, { fencingToken: 2, ticks: 2, accounts: [account] })], asOf);
    expect(await statusOf(fleetOf(own))).toMatchObject({
      streaming: false,
      shards: { count: 8, streamed: 2 },
      plan: [{ account: 'x', contracts: 7, shard: 1, replica: 'b' }],
      reconciled: { contracts: 3 },
      stream: { ticks: 2, snapshots: 20, expired: 2, lastTickAt: new Date(1).toISOString() },
      replicas: [
        { replica: 'a', shards: [0, 1] },
        { replica: 'b', shards: [1] },
      ],
    });
  });

  it('forgets a replica that has told nothing for five seconds, and its row after a minute', async () => {
    await store('a', reportOf([shard(0)]));
    await connection.db.execute(sql`UPDATE ticker_replicas SET reported_at = now() - interval '6 seconds'`);
    expect(await replicas.present()).toEqual([]);
    await connection.db.execute(sql`UPDATE ticker_replicas SET reported_at = now() - interval '61 seconds'`);
    await store('b', reportOf([]));
    expect(await connection.db.execute(sql`SELECT replica FROM ticker_replicas`)).toMatchObject({
      rows: [{ replica: 'b' }],
    });
  });

  it('waits until every replica that streams has reloaded', async () => {
    const before = await readClock(connection.db);
    await store('a', reportOf([shard(0)], before));
    await store('c', reportOf([]));
    let over = false;
    const reload = fleetOf(reportOf([]))
      .reload()
      .finally(() => (over = true));
    await until(() => replicas.lastAsked(), {
      what: 'the request',
      satisfies: (asked) => asked !== undefined,
    });
    await connection.db.execute(sql`SELECT pg_sleep(0.25)`);
    expect(over).toBe(false);
    const after = await readClock(connection.db);
    await store('a', reportOf([shard(0)], after));
    expect(await reload).toMatchObject({ asOf: after.toISOString() });
  });

  it('says that nobody streams', async () => {
    await store('a', reportOf([]));
    await expect(fleetOf(reportOf([])).reload()).rejects.toThrow(NotStreamingError);
  });

  it('asks all without waiting, and tells whom', async () => {
    await store('a', reportOf([shard(0)]));
    let reloads = 0;
    const fleet = fleetOf(reportOf([shard(1)]), async () => void reloads++);
    expect(await fleet.reloadSoon()).toEqual(['a', 'b']);
    expect(reloads).toBe(1);
    expect(await replicas.lastAsked()).toBeInstanceOf(Date);
  });
});
