import { addDays, type Day, dayOf, instantOf } from './new-york-time.js';
import { TradingCalendar } from './trading-calendar.js';

const MINUTE = 60_000;
const OPENING = 9 * 60 + 30;

/** A trading day: the market is open from `opensAt` until just before `closesAt`. */
export interface Session {
  readonly day: Day;
  readonly opensAt: Date;
  readonly closesAt: Date;
}

/**
 * When the market trades: `nyse` from 9:30 to 16:00 in New York on the exchange's trading days, some of which end at
 * 13:00; `always` around the clock, one session a calendar day in New York.
 */
export class MarketHours {
  constructor(
    private readonly mode: 'nyse' | 'always',
    private readonly calendar = new TradingCalendar(),
  ) {}

  isOpen(at: Date): boolean {
    const session = this.session(dayOf(at));
    return session !== undefined && session.opensAt <= at && at < session.closesAt;
  }

  session(day: Day): Session | undefined {
    if (this.mode === 'always') {
      return { day, opensAt: instantOf(day, 0), closesAt: instantOf(day, 24 * 60) };
    }
    const closing = this.calendar.closingMinute(day);
    if (closing === undefined) return undefined;
    return { day, opensAt: instantOf(day, OPENING), closesAt: instantOf(day, closing) };
  }

  /** The newest session that is over at an instant. */
  lastClosed(at: Date): Session {
    for (let day = dayOf(at); ; day = addDays(day, -1)) {
      const session = this.session(day);
      if (session && session.closesAt <= at) return session;
    }
  }

  /** All sessions of days after `day` that are over at an instant, oldest first. */
  closedSince(day: Day, at: Date): Session[] {
    const closed: Session[] = [];
    for (let next = addDays(day, 1); next <= dayOf(at); next = addDays(next, 1)) {
      const session = this.session(next);
      if (session && session.closesAt <= at) closed.push(session);
    }
    return closed;
  }

  /** The instant whose prices are current: now while the market is open, else its last close. */
  lastTraded(at: Date): Date {
    return this.isOpen(at) ? at : this.lastClosed(at).closesAt;
  }

  /** The starts of all minutes of trading in [from, to), which are whole minutes themselves, oldest first. */
  openMinutes(from: Date, to: Date): number[] {
    const minutes: number[] = [];
    for (let day = dayOf(from); day <= dayOf(to); day = addDays(day, 1)) {
      const session = this.session(day);
      if (!session) continue;
      const end = Math.min(Number(session.closesAt), Number(to));
      for (let minute = Math.max(Number(session.opensAt), Number(from)); minute < end; minute += MINUTE) {
        minutes.push(minute);
      }
    }
    return minutes;
  }
}
