import { cut } from '../errors/index.js';
import { NO_COUNTS, type WorkerCounts } from './worker-counts.js';

/** One error, as it is shown to the fleet. */
export interface RecordedError {
  /** Of the store's clock, ms since the epoch. */
  readonly at: number;
  readonly type: string;
  /** Cut to 200 characters. */
  readonly message: string;
}

/**
 * What the leader leaves of a worker in the ledger with each renewal, for its successor and for whoever looks at the fleet: what the worker has
 * done in all terms of all replicas. Counts of a leader that was killed are those of its last renewal. Times are of the store's clock, ms since
 * the epoch; durations are of the leader that wrote, ms.
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

export const NO_RECORD: WorkerRecord = {
  ...NO_COUNTS,
  ...{ lastStartAt: null, lastSuccessAt: null, lastErrorAt: null, nextRunAt: null },
  ...{ lastDuration: 0, meanDuration: 0, maxDuration: 0, recentErrors: [] },
};
export const RECORDED_ERRORS = 3;
export const RECORDED_MESSAGE_LENGTH = 200;

const COUNTS = Object.keys(NO_COUNTS) as (keyof WorkerCounts)[];

/** Ledger field of a worker's record. */
export function recordField(worker: string): string {
  return `status:${worker}`;
}

export function isRecordField(field: string): boolean {
  return field.startsWith(recordField(''));
}

/** Ledger field of the order that a worker shall not run. */
export function pauseField(worker: string): string {
  return `hold:${worker}`;
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
    return {
      ...asCounts(value),
      lastStartAt: asTime(value.lastStartAt),
      lastSuccessAt: asTime(value.lastSuccessAt),
      lastErrorAt: asTime(value.lastErrorAt),
      nextRunAt: asTime(value.nextRunAt),
      lastDuration: asAmount(value.lastDuration),
      meanDuration: asAmount(value.meanDuration),
      maxDuration: asAmount(value.maxDuration),
      recentErrors: Array.isArray(value.recentErrors)
        ? value.recentErrors.slice(-RECORDED_ERRORS).flatMap(asRecordedError)
        : [],
    };
  } catch {
    return undefined;
  }
}

function asCounts(value: Partial<Record<keyof WorkerCounts, unknown>>): WorkerCounts {
  const counts = COUNTS.map((name): [string, number] => [name, asAmount(value[name])]);
  return Object.fromEntries(counts) as unknown as WorkerCounts;
}

/** The largest time that a Date can hold. */
const LAST_TIME = 8.64e15;

/** Counts and durations are smaller. */
function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LAST_TIME;
}

function asAmount(value: unknown): number {
  return isAmount(value) ? value : 0;
}

function asTime(value: unknown): number | null {
  return isAmount(value) ? value : null;
}

function asRecordedError(value: unknown): readonly RecordedError[] {
  const { at, type, message } = (value ?? {}) as Partial<Record<keyof RecordedError, unknown>>;
  const time = asTime(at);
  if (time === null || typeof type !== 'string' || typeof message !== 'string') return [];
  const [shortType, shortMessage] = [type, message].map((text) => cut(text, RECORDED_MESSAGE_LENGTH));
  return [{ at: time, type: shortType ?? '', message: shortMessage ?? '' }];
}
