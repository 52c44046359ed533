const MINUTE = 60_000;

/** Lengths of candles in milliseconds, shortest first; each divides the longest. */
const LENGTHS = {
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': 60 * MINUTE,
} as const;

export type TimeFrame = keyof typeof LENGTHS;

export const TIME_FRAMES = ['1m', '5m', '15m', '30m', '1h'] as const satisfies readonly TimeFrame[];

export function lengthOf(frame: TimeFrame): number {
  return LENGTHS[frame];
}

/** The start of the period that an instant is in. Periods begin at whole multiples of their length since 1970, UTC. */
export function startOf(frame: TimeFrame, at: number): number {
  return at - (at % LENGTHS[frame]);
}
