import { type Session } from '../../market/market-hours.js';
import { type Day } from '../../market/new-york-time.js';

/** A trading day of an underlying. */
export interface DailyBar {
  readonly day: Day;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Prices looked at between open and close. */
const SAMPLES = 24;

export function dailyBar({ day, opensAt, closesAt }: Session, priceAt: (at: number) => number): DailyBar {
  const length = Number(closesAt) - Number(opensAt);
  const prices = Array.from({ length: SAMPLES + 1 }, (_, i) =>
    priceAt(Number(opensAt) + (length * i) / SAMPLES),
  );
  return {
    day,
    open: prices[0] ?? NaN,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1) ?? NaN,
  };
}
