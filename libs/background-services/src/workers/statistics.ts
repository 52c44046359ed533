import { cut, describeError } from '../errors/index.js';

/** Error messages are cut to this many characters. */
export const ERROR_MESSAGE_LENGTH = 500;
/** How many of the last errors are kept. */
export const KEPT_ERRORS = 10;
/** How many of the last finished iterations the recent error rate and the percentiles look at. */
export const WINDOW = 100;

export interface ErrorRecord {
  readonly at: Date;
  /** Class name of the error. */
  readonly type: string;
  /** Cut to 500 characters. */
  readonly message: string;
}

/** Milliseconds. Percentiles are of the last 100 finished iterations. */
export interface DurationStatistics {
  readonly count: number;
  readonly last: number;
  readonly mean: number;
  readonly max: number;
  readonly p50: number;
  readonly p95: number;
}

/** What one worker did on this replica since it booted. */
export interface WorkerMetrics {
  /** Iterations started. */
  readonly iterations: number;
  /** Iterations that failed. */
  readonly errors: number;
  /** Iterations that ended because the term, the worker or the app did: neither success nor error. */
  readonly aborted: number;
  /** Ticks that found an iteration running, or the worker paused. */
  readonly skipped: number;
  /** Cron slots that were given up by the misfire policy. */
  readonly missed: number;
  /** Errors / (successes + errors) since boot, 0 to 1. */
  readonly errorRate: number;
  /** The same over the last 100 finished iterations. */
  readonly recentErrorRate: number;
  readonly lastStartAt: Date | undefined;
  readonly lastSuccessAt: Date | undefined;
  readonly lastErrorAt: Date | undefined;
  readonly recentErrors: readonly ErrorRecord[];
  readonly durations: DurationStatistics;
}

/** Counts what a worker does. Recording costs a few additions; everything else is derived when somebody looks. */
export class Statistics {
  /** Of the last finished iterations: durations, those of failures as `-1 - duration`. Made when there is one: there may be thousands of workers. */
  #finished: Float32Array | undefined;
  #started = 0;
  #succeeded = 0;
  #failed = 0;
  #aborted = 0;
  #skipped = 0;
  #missed = 0;
  #lastStart = NaN;
  #lastSuccess = NaN;
  #lastDuration = 0;
  #total = 0;
  #max = 0;
  #errors: ErrorRecord[] = [];
  #version = 0;

  /** Another number whenever something was counted. */
  get version(): number {
    return this.#version;
  }

  get iterations(): number {
    return this.#started;
  }

  /** Wall time of the last start; NaN before the first. */
  get lastStart(): number {
    return this.#lastStart;
  }

  started(at: number): void {
    this.#version++;
    this.#started++;
    this.#lastStart = at;
  }

  succeeded(at: number, duration: number): void {
    this.#finish(duration, 'success');
    this.#succeeded++;
    this.#lastSuccess = at;
  }

  failed(at: number, duration: number, error: unknown): void {
    this.#finish(duration, 'failure');
    this.#failed++;
    this.#errors = [...this.#errors.slice(1 - KEPT_ERRORS), toRecord(at, error)];
  }

  aborted(): void {
    this.#version++;
    this.#aborted++;
  }

  skipped(ticks: number): void {
    this.#version++;
    this.#skipped += ticks;
  }

  missed(slots: number): void {
    this.#version++;
    this.#missed += slots;
  }

  /** What has been counted, without what costs more to derive. */
  counts() {
    return {
      iterations: this.#started,
      succeeded: this.#succeeded,
      errors: this.#failed,
      aborted: this.#aborted,
      skipped: this.#skipped,
      missed: this.#missed,
    };
  }

  /** The last times and durations, ms, without what costs more to derive. */
  latest() {
    const count = this.#succeeded + this.#failed;
    return {
      startedAt: this.#lastStart,
      succeededAt: this.#lastSuccess,
      errors: this.#errors as readonly ErrorRecord[],
      duration: this.#lastDuration,
      meanDuration: count === 0 ? 0 : this.#total / count,
      maxDuration: this.#max,
    };
  }

  view(): WorkerMetrics {
    const count = this.#succeeded + this.#failed;
    const size = Math.min(count, WINDOW);
    const finished = Array.from(this.#finished?.subarray(0, size) ?? []);
    const failures = finished.filter((duration) => duration < 0).length;
    const recent = finished
      .map((duration) => (duration < 0 ? -1 - duration : duration))
      .sort((a, b) => a - b);
    return {
      iterations: this.#started,
      errors: this.#failed,
      aborted: this.#aborted,
      skipped: this.#skipped,
      missed: this.#missed,
      errorRate: count === 0 ? 0 : this.#failed / count,
      recentErrorRate: size === 0 ? 0 : failures / size,
      lastStartAt: toDate(this.#lastStart),
      lastSuccessAt: toDate(this.#lastSuccess),
      lastErrorAt: this.#errors.at(-1)?.at,
      recentErrors: this.#errors,
      durations: {
        count,
        last: this.#lastDuration,
        mean: count === 0 ? 0 : this.#total / count,
        max: this.#max,
        p50: percentile(recent, 0.5),
        p95: percentile(recent, 0.95),
      },
    };
  }

  #finish(duration: number, result: 'success' | 'failure'): void {
    this.#version++;
    this.#finished ??= new Float32Array(WINDOW);
    const slot = (this.#succeeded + this.#failed) % WINDOW;
    this.#finished[slot] = result === 'success' ? duration : -1 - duration;
    this.#lastDuration = duration;
    this.#total += duration;
    if (duration > this.#max) this.#max = duration;
  }
}

function toRecord(at: number, error: unknown): ErrorRecord {
  const { type, message } = describeError(error);
  return { at: new Date(at), type, message: cut(message, ERROR_MESSAGE_LENGTH) };
}

function toDate(time: number): Date | undefined {
  return Number.isNaN(time) ? undefined : new Date(time);
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted.length === 0
    ? 0
    : (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
}
