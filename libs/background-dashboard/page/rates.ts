import type { View, Worker } from './wire.js';

/** Points that a sparkline has at most. */
const MOST_POINTS = 40;
/** Leaders tell their counts with each renewal; a count that stays the same for longer, and for two periods, stands still, ms. */
const STILL_AFTER = 30_000;

interface Series {
  count: number;
  /** When the count changed last, or was last said to stand still, ms. */
  at: number;
  readonly points: number[];
}

/** Iterations a second of each worker, as the stream lets the page see them. */
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

  #count(worker: Worker, now: number): void {
    const { iterations, period } = worker;
    const series = this.#series.get(identityOf(worker));
    // A count that falls is another count: the ledger was lost.
    if (!series || iterations < series.count) {
      this.#series.set(identityOf(worker), { count: iterations, at: now, points: [] });
      return;
    }
    const more = iterations - series.count;
    const elapsed = now - series.at;
    if (elapsed <= 0 || (more === 0 && elapsed < Math.max(STILL_AFTER, 2 * (period ?? 0)))) return;
    series.points.push((more * 1_000) / elapsed);
    if (series.points.length > MOST_POINTS) series.points.shift();
    series.count = iterations;
    series.at = now;
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
