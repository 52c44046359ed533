import { describeError } from '../errors/index.js';
import { Durations, type DurationStatistics } from './durations.js';
import { errorRateOf, NO_COUNTS, type WorkerCounts } from './worker-counts.js';

/** Error messages are cut to this many characters. */
export const ERROR_MESSAGE_LENGTH = 500;
/** How many of the last errors are kept. */
export const KEPT_ERRORS = 10;

/** An error that an iteration ended with. */
export interface ErrorRecord {
  readonly at: Date;
  /** Class name of the error. */
  readonly type: string;
  /** With those of its causes; 500 characters at most. */
  readonly message: string;
}

/** What one worker did on this replica since it booted. */
export interface WorkerMetrics extends WorkerCounts {
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
  readonly #counts: { -readonly [Name in keyof WorkerCounts]: number } = { ...NO_COUNTS };
  /** Made when an iteration has finished: there may be thousands of workers. */
  #durations: Durations | undefined;
  #lastStart = NaN;
  #lastSuccess = NaN;
  /** The same on the monotonic clock, as of each error. */
  #steadyStart = NaN;
  #steadySuccess = NaN;
  #steadyErrors: readonly number[] = NONE;
  #errors: readonly ErrorRecord[] = NONE;
  #version = 0;

  /** Another number whenever something was counted. */
  get version(): number {
    return this.#version;
  }

  /** As of now; it goes on counting. */
  get counts(): WorkerCounts {
    return this.#counts;
  }

  /** Wall time of the last start; NaN before the first. */
  get lastStart(): number {
    return this.#lastStart;
  }

  /**
   * @param at wall time, for whoever looks on this machine
   * @param steady the same moment on the monotonic clock, which a step of the wall clock does not move
   */
  started(at: number, steady = at): void {
    this.#version++;
    this.#counts.iterations++;
    this.#lastStart = at;
    this.#steadyStart = steady;
  }

  succeeded(at: number, duration: number, steady = at): void {
    this.#finished(duration, 'success');
    this.#counts.succeeded++;
    this.#lastSuccess = at;
    this.#steadySuccess = steady;
  }

  failed(at: number, duration: number, error: unknown, steady = at): void {
    this.#finished(duration, 'failure');
    this.#counts.errors++;
    this.#steadyErrors = [...this.#steadyErrors.slice(1 - KEPT_ERRORS), steady];
    this.#errors = [...this.#errors.slice(1 - KEPT_ERRORS), toRecord(at, error)];
  }

  aborted(): void {
    this.#version++;
    this.#counts.aborted++;
  }

  skipped(ticks: number): void {
    this.#version++;
    this.#counts.skipped += ticks;
  }

  missed(slots: number): void {
    this.#version++;
    this.#counts.missed += slots;
  }

  /** The last times, of the monotonic clock, and durations, ms, without what costs more to derive. */
  latest() {
    return {
      startedAt: this.#steadyStart,
      succeededAt: this.#steadySuccess,
      errors: this.#errors,
      /** Of each of the errors. */
      failedAt: this.#steadyErrors,
      duration: this.#durations?.last ?? 0,
      meanDuration: this.#durations?.mean ?? 0,
      maxDuration: this.#durations?.max ?? 0,
    };
  }

  view(): WorkerMetrics {
    return {
      ...this.#counts,
      errorRate: errorRateOf(this.#counts),
      lastStartAt: toDate(this.#lastStart),
      lastSuccessAt: toDate(this.#lastSuccess),
      lastErrorAt: this.#errors.at(-1)?.at,
      recentErrors: this.#errors,
      ...(this.#durations ?? NO_DURATIONS).view(),
    };
  }

  #finished(duration: number, result: 'success' | 'failure'): void {
    this.#version++;
    this.#durations ??= new Durations();
    this.#durations.add(duration, result);
  }
}

const NONE: readonly never[] = [];
const NO_DURATIONS = new Durations();

function toRecord(at: number, error: unknown): ErrorRecord {
  const { type, message } = describeError(error, ERROR_MESSAGE_LENGTH);
  return { at: new Date(at), type, message };
}

function toDate(time: number): Date | undefined {
  return Number.isNaN(time) ? undefined : new Date(time);
}
