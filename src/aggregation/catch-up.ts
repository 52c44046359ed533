import { type MarketHours } from '../market/market-hours.js';
import { lengthOf, startOf } from '../market/time-frame.js';

/** The most minutes of trading that a run looks back: two days of a market that never closes, a week of the NYSE. */
export const CATCH_UP_LIMIT = 2 * 24 * 60;

const MINUTE = lengthOf('1m');
const HOUR = lengthOf('1h');

export interface CatchUp {
  /** Starts of the minutes to build, in hours of the clock: a piece of work that closes all it opens. */
  readonly hours: readonly (readonly number[])[];
  /** Minutes of trading given up, because they are older than the limit. */
  readonly skipped: number;
}

/**
 * What is to be built between the last candle that is stored and now. A market without any candle begins with the
 * last whole hour.
 * @param last start of the newest stored minute.
 */
export function planCatchUp(
  last: number | undefined,
  now: number,
  market: MarketHours,
  limit = CATCH_UP_LIMIT,
): CatchUp {
  const to = startOf('1m', now);
  const from = last === undefined ? startOf('1h', to) - HOUR : last + MINUTE;
  const missing = market.openMinutes(new Date(from), new Date(to));
  const due = missing.length > limit ? fromWholeHour(missing.slice(-limit)) : missing;
  return { hours: byHour(due), skipped: missing.length - due.length };
}

/** A cut through an hour would leave candles that look whole and are not. */
function fromWholeHour(minutes: readonly number[]): number[] {
  const hour = startOf('1h', (minutes[0] ?? 0) + HOUR - MINUTE);
  return minutes.filter((minute) => minute >= hour);
}

function byHour(minutes: readonly number[]): number[][] {
  const hours = new Map<number, number[]>();
  for (const minute of minutes) {
    const hour = startOf('1h', minute);
    hours.set(hour, [...(hours.get(hour) ?? []), minute]);
  }
  return [...hours.values()];
}
