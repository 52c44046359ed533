import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the event loop is looked at, ms: often enough to see what a request feels, seldom enough to cost nothing. */
const RESOLUTION = 50;
const NANOSECONDS = 1e6;

/** The lag of this process's event loop since it was last asked for. */
export class EventLoopLag {
  #histogram: IntervalHistogram | undefined;

  start(): void {
    this.#histogram ??= monitorEventLoopDelay({ resolution: RESOLUTION });
    this.#histogram.enable();
  }

  /** The longest since the last reading, ms: one long block is what stops renewals, and vanishes in a percentile of many short ones. */
  read(): number {
    if (!this.#histogram || this.#histogram.count === 0) return 0;
    // What is measured is the time between two looks.
    const lag = this.#histogram.max / NANOSECONDS - RESOLUTION;
    this.#histogram.reset();
    return Math.max(0, Math.round(lag * 10) / 10);
  }

  close(): void {
    this.#histogram?.disable();
  }
}
