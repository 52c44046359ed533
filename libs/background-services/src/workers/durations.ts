/** How many of the last finished iterations the recent error rate and the percentiles look at. */
export const WINDOW = 100;

const FIRST_WINDOW = 8;
const NO_WINDOW = new Float32Array(0);

/** Milliseconds. Percentiles are of the last 100 finished iterations. */
export interface DurationStatistics {
  readonly count: number;
  readonly last: number;
  readonly mean: number;
  readonly max: number;
  readonly p50: number;
  readonly p95: number;
}

/** How long finished iterations took. Recording one costs a few additions; what costs more is derived when somebody looks. */
export class Durations {
  /** Of the last ones: durations, those of failures as `-1 - duration`. Grows to its whole length: most workers run less often than that. */
  #window: Float32Array = NO_WINDOW;
  #count = 0;
  #last = 0;
  #total = 0;
  #max = 0;

  add(duration: number, result: 'success' | 'failure'): void {
    const place = this.#count % WINDOW;
    if (place === this.#window.length) this.#grow();
    this.#window[place] = result === 'success' ? duration : -1 - duration;
    this.#count++;
    this.#last = duration;
    this.#total += duration;
    if (duration > this.#max) this.#max = duration;
  }

  #grow(): void {
    const longer = new Float32Array(Math.min(WINDOW, Math.max(FIRST_WINDOW, 2 * this.#window.length)));
    longer.set(this.#window);
    this.#window = longer;
  }

  get last(): number {
    return this.#last;
  }

  get mean(): number {
    return this.#count === 0 ? 0 : this.#total / this.#count;
  }

  get max(): number {
    return this.#max;
  }

  view(): { readonly durations: DurationStatistics; readonly recentErrorRate: number } {
    const window = Array.from(this.#window.subarray(0, Math.min(this.#count, WINDOW)));
    const failures = window.filter((duration) => duration < 0).length;
    const sorted = window.map((duration) => (duration < 0 ? -1 - duration : duration)).sort((a, b) => a - b);
    const { last, mean, max } = this;
    return {
      durations: {
        count: this.#count,
        last,
        mean,
        max,
        p50: percentile(sorted, 0.5),
        p95: percentile(sorted, 0.95),
      },
      recentErrorRate: window.length === 0 ? 0 : failures / window.length,
    };
  }
}

/** The nearest rank: the least value that `share` of all values do not exceed. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
