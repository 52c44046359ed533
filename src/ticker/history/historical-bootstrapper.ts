import type { Clock as TimerClock } from 'nestjs-background-services/store';
import { StaleTokenError } from '../../database/stale-token.error.js';
import { type Clock } from '../../market/clock.js';
import { type MarketHours, type Session } from '../../market/market-hours.js';
import { addDays, type Day } from '../../market/new-york-time.js';
import { type PriceFeed } from '../../market/price-feed.js';
import { SYMBOLS } from '../../market/symbols.js';
import { type StreamTerm } from '../term.js';
import { breathe, wait } from '../wait.js';
import { dailyBar } from './daily-bar.js';
import { type HistoryProgress, type HistoryRange, type HistoryRepository } from './history.repository.js';

export interface HistoryOptions {
  /** Trading days that an account is given. */
  readonly days: number;
  /** Trading days in one transaction. */
  readonly batch: number;
  /** From one look for accounts without history to the next one, ms; so soon a failure is tried again, too. */
  readonly every: number;
  readonly timers: TimerClock;
}

const LONGEST_MESSAGE = 300;

/**
 * Gives each account of a shard the daily bars of the days before its start, once. A batch and the progress over it commit together under the leader's fence:
 * whoever takes over goes on behind the last whole batch, and no day is missing or there twice.
 */
export class HistoricalBootstrapper {
  constructor(
    private readonly history: HistoryRepository,
    private readonly feed: PriceFeed,
    private readonly hours: MarketHours,
    private readonly clock: Clock,
    private readonly options: HistoryOptions,
  ) {}

  /**
   * Goes on until the signal aborts, since accounts may be added. A failure, be it of one account or of the database, is logged and tried again.
   * @throws the reason of the signal; StaleTokenError if a newer leader has written
   */
  async run(term: StreamTerm): Promise<never> {
    for (;;) {
      const incomplete = await this.history.incomplete().catch((error: unknown) => {
        term.logger.error(
          `Which history is missing could not be read, and is tried again: ${messageOf(error)}`,
        );
        return [];
      });
      for (const { account, progress } of incomplete) {
        if (!term.owns(account)) continue;
        term.signal.throwIfAborted();
        await this.bootstrap(account, progress, term).catch((error: unknown) =>
          this.noteFailure(account, error, term),
        );
      }
      await wait(this.options.timers, this.options.every, term.signal);
      term.signal.throwIfAborted();
    }
  }

  private async bootstrap(
    account: string,
    known: HistoryProgress | undefined,
    term: StreamTerm,
  ): Promise<void> {
    const { logger } = term;
    let progress = known ?? (await this.history.begin(account, this.range(), term));
    logger.log(`History of ${account}: ${known ? 'goes on' : 'begins'} with ${progress.nextDay}`);
    while (!progress.completedAt) {
      term.signal.throwIfAborted();
      progress = await this.nextBatch(progress, term);
      logger.debug(`History of ${account}: ${progress.doneDays} of ${progress.totalDays} days`);
      await breathe();
    }
    logger.log(`History of ${account}: complete with ${progress.doneDays} days`);
  }

  private async nextBatch(progress: HistoryProgress, term: StreamTerm): Promise<HistoryProgress> {
    const { accountId, nextDay, lastDay } = progress;
    const sessions = this.sessions(nextDay, lastDay, this.options.batch);
    const next = addDays(sessions.at(-1)?.day ?? lastDay, 1);
    const bars = sessions.flatMap((session) =>
      SYMBOLS.map((symbol) => ({ symbol, ...dailyBar(session, (at) => this.feed.priceAt(symbol, at)) })),
    );
    const completedAt = next > lastDay ? this.clock.now() : null;
    return this.history.save(accountId, { bars, days: sessions.length, nextDay: next, completedAt }, term);
  }

  /** The configured number of sessions that were over last. */
  private range(): HistoryRange {
    const last = this.hours.lastClosed(this.clock.now()).day;
    let first = last;
    for (let days = 1; days < this.options.days;) {
      first = addDays(first, -1);
      if (this.hours.session(first)) days++;
    }
    return { first, last, days: this.options.days };
  }

  private sessions(from: Day, to: Day, most: number): Session[] {
    const sessions: Session[] = [];
    for (let day = from; day <= to && sessions.length < most; day = addDays(day, 1)) {
      const session = this.hours.session(day);
      if (session) sessions.push(session);
    }
    return sessions;
  }

  private async noteFailure(account: string, error: unknown, term: StreamTerm): Promise<void> {
    // Whoever leads now does the work; and an end is no failure.
    if (error instanceof StaleTokenError || term.signal.aborted) throw error;
    const message = messageOf(error);
    term.logger.error(
      `History of ${account} failed, and is tried again in ${this.options.every} ms: ${message}`,
    );
    await this.history.recordFailure(account, message, term).catch((further: unknown) => {
      term.logger.error(`Nor could this failure be stored: ${messageOf(further)}`);
    });
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE);
}
