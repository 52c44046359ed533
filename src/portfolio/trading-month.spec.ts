import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { BackgroundServiceManager, BackgroundServicesModule } from 'nestjs-background-services';
import { BackgroundTestingKit } from 'nestjs-background-services/testing';
import { asc, eq } from 'drizzle-orm';
import { openMemoryDatabase } from '../../test/support/memory-database.js';
import { until } from '../../test/support/until.js';
import { type DatabaseConnection, DATABASE } from '../database/database.js';
import { FencedWriter } from '../database/fenced-writer.js';
import { dailyCaptures, dailySnapshots } from '../database/schema.js';
import { Clock } from '../market/clock.js';
import { MarketHours } from '../market/market-hours.js';
import { instantOf } from '../market/new-york-time.js';
import { PriceFeed } from '../market/price-feed.js';
import { loadPriceSeries } from '../market/price-series.js';
import { AccountsRepository } from './accounts.repository.js';
import { ClosingCaptures } from './closing-captures.js';
import { DailySnapshotService } from './daily-snapshot.service.js';
import { EndOfDayCapture } from './end-of-day.capture.js';
import { ValuationHistory } from './valuation-history.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP = 5_000;
const KEYS = ['portfolio:end_of_day:leader', 'portfolio:daily_scheduler:leader'];

/** From the Friday before clocks change in New York, over Thanksgiving and the short day after it, to the Monday after that. */
const TRADING_DAYS = [
  '2026-10-30',
  ...['2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05', '2026-11-06'],
  ...['2026-11-09', '2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13'],
  ...['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'],
  ...['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-27', '2026-11-30'],
];

describe('A month of trading, simulated', () => {
  let connection: DatabaseConnection;
  let kit: BackgroundTestingKit;
  const apps: INestApplicationContext[] = [];

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    kit = new BackgroundTestingKit(instantOf('2026-10-30', 12 * 60));
    for (const instanceId of ['a', 'b']) apps.push(await bootReplica(instanceId));
  }, 60_000);
  afterAll(async () => {
    const closing = Promise.all(apps.map((app) => app.close()));
    await kit.clock.advance(60_000);
    await closing;
    await connection.close();
  });

  async function bootReplica(instanceId: string) {
    const module = await Test.createTestingModule({
      imports: [
        ScheduleModule.forRoot(),
        BackgroundServicesModule.forRoot(kit.options({ instanceId, lease: { ttl: 10_000 } })),
      ],
      providers: [
        { provide: DATABASE, useValue: connection.db },
        { provide: Clock, useValue: { now: () => new Date(kit.clock.wall()) } },
        { provide: PriceFeed, useValue: new PriceFeed(loadPriceSeries()) },
        { provide: MarketHours, useValue: new MarketHours('nyse') },
        ...[FencedWriter, AccountsRepository, ValuationHistory, ClosingCaptures],
        ...[EndOfDayCapture, DailySnapshotService],
      ],
    }).compile();
    module.useLogger(false);
    await module.init();
    kit.attach(module);
    return module;
  }

  /**
   * Both replicas sleep until half a minute before the instant, which ends every term, then live through a whole one. So each
   * capture is the work of a leader that has just been elected, of either replica.
   */
  async function passThrough(instant: number): Promise<void> {
    const asleep = instant - MINUTE / 2 - kit.clock.wall();
    kit.clock.stall(asleep);
    for (let passed = 0; passed < MINUTE; passed += STEP) {
      await kit.clock.advance(STEP);
      await atRest();
    }
  }

  /** The database takes time of this world. */
  const atRest = () =>
    until(
      () =>
        apps.every((app) =>
          app
            .get(BackgroundServiceManager)
            .list()
            .every(({ runningFor }) => runningFor === undefined),
        ),
      { what: 'running work to end', every: 1, timeout: 20_000 },
    );

  it('captures each day at its close, and settles it the next morning, once', async () => {
    await kit.elected(KEYS[0]!);
    for (let day = '2026-10-30'; day < '2026-12-01'; day = nextDay(day)) {
      await passThrough(Number(instantOf(day, 16 * 60)));
      await passThrough(Number(instantOf(nextDay(day), 4 * 60)));
    }

    const captured = await connection.db
      .select()
      .from(dailyCaptures)
      .where(eq(dailyCaptures.accountId, 'demo'))
      .orderBy(asc(dailyCaptures.day));
    expect(captured.map(({ day }) => day)).toEqual(TRADING_DAYS);
    expect(captured.map(({ capturedAt }) => capturedAt)).toEqual(
      TRADING_DAYS.map((day) => instantOf(day, 16 * 60)),
    );
    const settled = await connection.db
      .select()
      .from(dailySnapshots)
      .where(eq(dailySnapshots.accountId, 'demo'))
      .orderBy(asc(dailySnapshots.day));
    expect(settled.map(({ day }) => day)).toEqual(TRADING_DAYS);
    expect(settled.map(({ takenAt }) => takenAt)).toEqual(
      TRADING_DAYS.map((day) => instantOf(nextDay(day), 4 * 60)),
    );
    expect(settled[0]?.change).toBeNull();
    settled
      .slice(1)
      .forEach(({ change, value }, i) => expect(change).toBeCloseTo(value - settled[i]!.value, 2));
    const accounts = await apps[0]!.get(AccountsRepository).list();
    expect(await connection.db.$count(dailyCaptures)).toBe(accounts.length * TRADING_DAYS.length);
    expect(await connection.db.$count(dailySnapshots)).toBe(accounts.length * TRADING_DAYS.length);
  }, 120_000);
});

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 24 * HOUR).toISOString().slice(0, 10);
}
