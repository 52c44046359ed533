import type { View, Worker } from './wire.js';

/** Points that a sparkline has at most. */
const MOST_POINTS = 40;
/** Leaders tell their counts with each renewal; a count that stays the same for longer, and for two periods, stands still, ms. */
const STILL_AFTER = 30_000;

/** A rate is told of so long at least, ms: within less, the moments at which the page learns of counts say more than the counts. */
const LEAST_TIME = 5_000;

interface Seen {
  readonly count: number;
  readonly at: number;
}

interface Series {
  /** Where the next point begins: a count, and when it was seen to become that, ms; `undefined`: there was no change to see yet. */
  begin: Seen | undefined;
  /** The last count, and when it was seen to become that or to stand still. */
  last: Seen;
  readonly points: number[];
}

/**
 * Iterations a second of each worker, as the stream lets the page see them. Leaders tell their counts now and then, so a rate lies between two
 * moments at which a count was seen to change. The first count was told at an unknown moment before: nothing follows from it.
 */
export class Rates {
  readonly #series = new Map<string, Series>();

  observe({ asOf, current, workers }: View): void {
    if (!current) return;
    const now = Date.parse(asOf);
    const seen = new Set(workers.map(identityOf));
    for (const identity of this.#series.keys()) if (!seen.has(identity)) this.#series.delete(identity);
    for (const worker of workers) this.#count(worker, now);
  }

  /** Oldest first; empty until there is something to compare. */
  of(worker: Worker): readonly number[] {
    return this.#series.get(identityOf(worker))?.points ?? [];
  }

  #count({ key, name, iterations, period }: Worker, now: number): void {
    const identity = identityOf({ key, name });
    const series = this.#series.get(identity);
    // A count that falls is another count: the ledger was lost.
    if (!series || iterations < series.last.count) {
      this.#series.set(identity, { begin: undefined, last: { count: iterations, at: now }, points: [] });
      return;
    }
    const isStill = now - series.last.at >= Math.max(STILL_AFTER, 2 * (period ?? 0));
    if (iterations === series.last.count && !isStill) return;
    // That nothing has changed for long is seen from the first look on.
    const begin = series.begin ?? (iterations === series.last.count ? series.last : undefined);
    series.last = { count: iterations, at: now };
    if (begin && now - begin.at < LEAST_TIME) return;
    series.begin = series.last;
    if (!begin) return;
    series.points.push(((iterations - begin.count) * 1_000) / (now - begin.at));
    if (series.points.length > MOST_POINTS) series.points.shift();
  }
}

/** Two workers may have one name, under two keys. */
export function identityOf({ key, name }: Pick<Worker, 'key' | 'name'>): string {
  return `${key}\n${name}`;
}

/** The points of an SVG polyline in a box of that size; the highest rate reaches its top. */
export function sparkline(
  points: readonly number[],
  { width, height }: { width: number; height: number },
): string {
  const highest = Math.max(...points, Number.MIN_VALUE);
  const step = width / Math.max(1, points.length - 1);
  return points
    .map((point, index) => `${round(index * step)},${round(height - (point / highest) * height)}`)
    .join(' ');
}

/** `2.0/s`, or of what is slower `1.5/min` or `3.0/h`. */
export function showRate(rate: number): string {
  if (rate === 0) return '0/s';
  if (rate >= 0.1) return `${rate.toFixed(1)}/s`;
  if (rate * 60 >= 0.1) return `${(rate * 60).toFixed(1)}/min`;
  return `${(rate * 3_600).toFixed(1)}/h`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
