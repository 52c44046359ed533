import { lengthOf, startOf, type TimeFrame } from '../market/time-frame.js';

/** Open, high, low and close of a period that is over. */
export interface Candle {
  readonly frame: TimeFrame;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

const SAMPLE_EVERY = 1_000;

/** The candle of one minute, from a price a second. */
export function minuteCandle(start: number, priceAt: (at: number) => number): Candle {
  const prices = Array.from({ length: lengthOf('1m') / SAMPLE_EVERY }, (_, i) =>
    priceAt(start + i * SAMPLE_EVERY),
  );
  return {
    frame: '1m',
    start,
    open: prices[0] ?? NaN,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1) ?? NaN,
  };
}

/**
 * Builds the candles of a higher frame from those of one minute, given oldest first. Only periods that end at
 * `until` or before: the others are not over.
 */
export function rollUp(frame: TimeFrame, minutes: readonly Candle[], until: number): Candle[] {
  const periods = new Map<number, Candle>();
  for (const minute of minutes) {
    const start = startOf(frame, minute.start);
    if (start + lengthOf(frame) > until) continue;
    const candle = periods.get(start);
    periods.set(start, candle ? extend(candle, minute) : { ...minute, frame, start });
  }
  return [...periods.values()];
}

function extend(candle: Candle, { high, low, close }: Candle): Candle {
  return { ...candle, high: Math.max(candle.high, high), low: Math.min(candle.low, low), close };
}
