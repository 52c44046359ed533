import { cut } from '../errors/index.js';
import type { Statistics } from './statistics.js';

/** What a worker has done in all terms of all replicas. Counts of a leader that was killed are those of its last renewal. */
export interface WorkerCounts {
  readonly iterations: number;
  readonly succeeded: number;
  readonly errors: number;
  readonly aborted: number;
  readonly skipped: number;
  readonly missed: number;
}

/** One error, as it is shown to the fleet. */
export interface RecordedError {
  /** Of the store's clock, ms since the epoch. */
  readonly at: number;
  readonly type: string;
  /** Cut to 200 characters. */
  readonly message: string;
}

/**
 * What the leader leaves of a worker in the ledger with each renewal, for its successor and for whoever looks at the fleet. Times are of the
 * store's clock, ms since the epoch; durations are of the leader that wrote, ms.
 */
export interface WorkerRecord extends WorkerCounts {
  readonly lastStartAt: number | null;
  readonly lastSuccessAt: number | null;
  readonly lastErrorAt: number | null;
  readonly nextRunAt: number | null;
  readonly lastDuration: number;
  readonly meanDuration: number;
  readonly maxDuration: number;
  readonly recentErrors: readonly RecordedError[];
}

export const RECORDED_ERRORS = 3;
export const RECORDED_MESSAGE_LENGTH = 200;

const NOTHING: WorkerCounts = { iterations: 0, succeeded: 0, errors: 0, aborted: 0, skipped: 0, missed: 0 };
const NO_RECORD: WorkerRecord = {
  ...NOTHING,
  ...{ lastStartAt: null, lastSuccessAt: null, lastErrorAt: null, nextRunAt: null },
  ...{ lastDuration: 0, meanDuration: 0, maxDuration: 0, recentErrors: [] },
};
const COUNTS = Object.keys(NOTHING) as (keyof WorkerCounts)[];

/** Ledger field of a worker's record. */
export function recordField(worker: string): string {
  return `status:${worker}`;
}

/** Ledger field of the order that a worker shall not run. */
export function holdField(worker: string): string {
  return `hold:${worker}`;
}

/** What one term adds to what there was before it: counts go on, and what this term has not done yet is told as the predecessor left it. */
export class TermRecord {
  readonly #before: WorkerRecord;
  readonly #mark: WorkerCounts;
  readonly #last: ReturnType<Statistics['latest']>;

  constructor(
    record: WorkerRecord | undefined,
    private readonly statistics: Statistics,
  ) {
    this.#before = record ?? NO_RECORD;
    this.#mark = statistics.counts();
    this.#last = statistics.latest();
  }

  /**
   * The record as of now.
   * @param ahead of this replica's wall clock the store's is, ms
   */
  view(nextRunAt: number | undefined, ahead: number): WorkerRecord {
    const before = this.#before;
    const last = this.#last;
    const latest = this.statistics.latest();
    const { iterations, succeeded, errors, aborted, skipped, missed } = this.#total();
    // Replicas may have different wall clocks; what they tell each other is in the store's.
    const inStoreTime = (wall: number) => Math.round(wall + ahead);
    const fresh = latest.errors.filter((error) => !last.errors.includes(error));
    const lastError = fresh.at(-1);
    const hasFinished = succeeded + errors > before.succeeded + before.errors;
    // Member by member: a thousand of these are made with every renewal, and spreading one object in another costs more than all the rest.
    return {
      iterations,
      succeeded,
      errors,
      aborted,
      skipped,
      missed,
      lastStartAt: isNews(latest.startedAt, last.startedAt)
        ? inStoreTime(latest.startedAt)
        : before.lastStartAt,
      lastSuccessAt: isNews(latest.succeededAt, last.succeededAt)
        ? inStoreTime(latest.succeededAt)
        : before.lastSuccessAt,
      lastErrorAt: lastError ? inStoreTime(lastError.at.getTime()) : before.lastErrorAt,
      nextRunAt: nextRunAt === undefined ? null : inStoreTime(nextRunAt),
      lastDuration: hasFinished ? latest.duration : before.lastDuration,
      meanDuration: hasFinished ? latest.meanDuration : before.meanDuration,
      maxDuration: Math.max(latest.maxDuration, before.maxDuration),
      recentErrors:
        fresh.length === 0
          ? before.recentErrors
          : [
              ...before.recentErrors,
              ...fresh.map(({ at, type, message }) => ({
                at: inStoreTime(at.getTime()),
                type,
                message: cut(message, RECORDED_MESSAGE_LENGTH),
              })),
            ].slice(-RECORDED_ERRORS),
    };
  }

  #total(): WorkerCounts {
    const now = this.statistics.counts();
    const before = this.#before;
    const mark = this.#mark;
    return {
      iterations: before.iterations + now.iterations - mark.iterations,
      succeeded: before.succeeded + now.succeeded - mark.succeeded,
      errors: before.errors + now.errors - mark.errors,
      aborted: before.aborted + now.aborted - mark.aborted,
      skipped: before.skipped + now.skipped - mark.skipped,
      missed: before.missed + now.missed - mark.missed,
    };
  }
}

/** Whether something happened since: times are NaN until it does. */
function isNews(time: number, before: number): boolean {
  return !Number.isNaN(time) && time !== before;
}

/** A record as the ledger has it. What is nothing is left out: with many workers, these are most of what a renewal carries. */
export function encodeWorkerRecord(record: WorkerRecord): string {
  const { recentErrors } = record;
  const members =
    member('iterations', record.iterations) +
    member('succeeded', record.succeeded) +
    member('errors', record.errors) +
    member('aborted', record.aborted) +
    member('skipped', record.skipped) +
    member('missed', record.missed) +
    member('lastStartAt', record.lastStartAt) +
    member('lastSuccessAt', record.lastSuccessAt) +
    member('lastErrorAt', record.lastErrorAt) +
    member('nextRunAt', record.nextRunAt) +
    member('lastDuration', inHundredths(record.lastDuration)) +
    member('meanDuration', inHundredths(record.meanDuration)) +
    member('maxDuration', inHundredths(record.maxDuration)) +
    (recentErrors.length > 0 ? `"recentErrors":${JSON.stringify(recentErrors)},` : '');
  return `{${members.slice(0, -1)}}`;
}

function inHundredths(duration: number): number {
  return Math.round(duration * 100) / 100;
}

/** Numbers alone are JSON as they are: a thousand records are put together with every renewal. */
function member(name: string, value: number | null): string {
  return value ? `"${name}":${value},` : '';
}

/** Reads a record from the ledger; what is not one (it lives in a store that others can write to) reads as none. */
export function decodeWorkerRecord(text: string | undefined): WorkerRecord | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Record<keyof WorkerRecord, unknown>> | null;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const counts = eachCount((name) => asAmount(value[name]));
    return {
      ...counts,
      lastStartAt: asTime(value.lastStartAt),
      lastSuccessAt: asTime(value.lastSuccessAt),
      lastErrorAt: asTime(value.lastErrorAt),
      nextRunAt: asTime(value.nextRunAt),
      lastDuration: asAmount(value.lastDuration),
      meanDuration: asAmount(value.meanDuration),
      maxDuration: asAmount(value.maxDuration),
      recentErrors: Array.isArray(value.recentErrors)
        ? value.recentErrors.filter(isError).slice(-RECORDED_ERRORS)
        : [],
    };
  } catch {
    return undefined;
  }
}

function eachCount(amount: (name: keyof WorkerCounts) => number): WorkerCounts {
  const counts = COUNTS.map((name): [string, number] => [name, amount(name)]);
  return Object.fromEntries(counts) as unknown as WorkerCounts;
}

/** The largest time that a Date can hold. */
const LAST_TIME = 8.64e15;

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function asAmount(value: unknown): number {
  return isAmount(value) ? value : 0;
}

function asTime(value: unknown): number | null {
  return isAmount(value) && value <= LAST_TIME ? value : null;
}

function isError(value: unknown): value is RecordedError {
  const { at, type, message } = (value ?? {}) as Partial<Record<keyof RecordedError, unknown>>;
  return asTime(at) !== null && typeof type === 'string' && typeof message === 'string';
}
