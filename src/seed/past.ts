import { Inject, Injectable } from '@nestjs/common';
import { minuteCandle } from '../aggregation/candle.js';
import { CandleStore } from '../aggregation/candle.store.js';
import { CATCH_UP_LIMIT, planCatchUp } from '../aggregation/catch-up.js';
import { longShortRatioAt, signalOf } from '../aggregation/sentiment/sentiment.js';
import { type Database, DATABASE } from '../database/database.js';
import { dailyCaptures, dailySnapshots, sentiments } from '../database/schema.js';
import { Clock } from '../market/clock.js';
import { MarketHours } from '../market/market-hours.js';
import { addDays, dayOf } from '../market/new-york-time.js';
import { PriceFeed } from '../market/price-feed.js';
import { SYMBOLS } from '../market/symbols.js';
import { valueOf } from '../portfolio/account.js';
import { AccountsRepository } from '../portfolio/accounts.repository.js';

const MINUTE = 60_000;
const CALENDAR_DAYS = 90;
const CROWD_EVERY = 30_000;
const CROWD_MINUTES = 60;

/** Lower than any term's: whatever a leader writes goes over it. */
const NO_LEADER = 0;

/** How many rows were added. */
export interface Added {
  readonly captures: number;
  readonly candles: number;
  readonly sentiments: number;
}

/**
 * What the workers would have written, had they run here for a while: the market is a pure function of time, so its past can be computed. Only what is
 * missing is added; what leaders have written stays as it is.
 */
@Injectable()
export class Past {
  constructor(
    @Inject(DATABASE) private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly store: CandleStore,
    private readonly feed: PriceFeed,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
  ) {}

  async add(): Promise<Added> {
    const now = this.clock.now();
    return {
      captures: await this.addCaptures(now),
      candles: await this.addCandles(now),
      sentiments: await this.addSentiments(now),
    };
  }

  /** Every trading day of three months, captured at its close and settled the next morning. */
  private async addCaptures(now: Date): Promise<number> {
    const sessions = this.hours.closedSince(addDays(dayOf(now), -CALENDAR_DAYS), now);
    let added = 0;
    for (const account of await this.accounts.list()) {
      const days = sessions.map(({ day, closesAt }) => ({
        ...{ accountId: account.id, day, capturedAt: closesAt, fencingToken: NO_LEADER },
        value: valueOf(account, (symbol) => this.feed.priceAt(symbol, closesAt)),
      }));
      const settled = days.map(({ capturedAt: takenAt, value, ...day }, i) => {
        const before = days[i - 1]?.value;
        const change = before === undefined ? null : Math.round((value - before) * 100) / 100;
        return { ...day, takenAt, value, change };
      });
      await this.db.transaction(async (tx) => {
        const captured = await tx.insert(dailyCaptures).values(days).onConflictDoNothing().returning();
        await tx.insert(dailySnapshots).values(settled).onConflictDoNothing();
        added += captured.length;
      });
    }
    return added;
  }

  /** As far back as an aggregator catches up, if there is none. */
  private async addCandles(now: Date): Promise<number> {
    const known = await this.store.lastMinutes();
    if (known.size > 0) return 0;
    const begin = Math.floor(Number(now) / MINUTE) * MINUTE - CATCH_UP_LIMIT * MINUTE;
    const { hours } = planCatchUp(begin - MINUTE, Number(now), this.hours);
    const term = { key: 'seed', fencingToken: NO_LEADER };
    for (const symbol of SYMBOLS) {
      for (const minutes of hours) {
        const candles = minutes.map((start) => minuteCandle(start, (at) => this.feed.priceAt(symbol, at)));
        await this.store.save(symbol, candles, term);
      }
    }
    return SYMBOLS.length * hours.flat().length;
  }

  /** The crowd of the last hour, in so far as the market was open. */
  private async addSentiments(now: Date): Promise<number> {
    const last = Math.floor(Number(now) / CROWD_EVERY) * CROWD_EVERY;
    const instants = Array.from(
      { length: (CROWD_MINUTES * MINUTE) / CROWD_EVERY },
      (_, i) => new Date(last - i * CROWD_EVERY),
    )
      .reverse()
      .filter((at) => this.hours.isOpen(at));
    if (instants.length === 0 || (await this.db.$count(sentiments)) > 0) return 0;
    for (const symbol of SYMBOLS) {
      const ratios = instants.map((at) => longShortRatioAt(symbol, at));
      const rows = instants.map((at, i) => {
        const ratio = ratios[i]!;
        return { symbol, at, ratio, signal: signalOf(ratio, ratios.slice(0, i)), fencingToken: NO_LEADER };
      });
      await this.db.insert(sentiments).values(rows).onConflictDoNothing();
    }
    return SYMBOLS.length * instants.length;
  }
}
