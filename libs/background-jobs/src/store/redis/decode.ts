import { inspect } from 'node:util';
import { JobStoreError } from '../../errors/index.js';
import {
  type Item,
  type ItemOutcome,
  isJobId,
  isUuid,
  type Job,
  JOB_STATES,
  type JobCounts,
  type JobState,
  type ListedItem,
  percentageOf,
  timeOfJobId,
} from '../../model/index.js';
import type { CreateReply, JobNotice, Page, Progress } from '../job-store.js';
import { isTime, readJson, readNumber, readProblem, readTime, unreadable } from './readable.js';
import { JOB_FIELDS, type JobField } from './script-common.js';

/*
 * What the scripts answer, in the words of the port. Another program may write to the same Redis: what cannot be read of a job or an item is shown as
 * unreadable, and costs nothing else. Only an answer that no script gives is an error.
 */

/** As `@BackgroundJob` has it. */
const TYPE = /^[a-z0-9][a-z0-9._-]{0,99}$/;

const count = (value: unknown) => readNumber(value);

/** `undefined`: there is none. Does not throw. */
export function decodeJob(id: string, answer: unknown): Job | undefined {
  if (Array.isArray(answer) && answer.length === 0) return undefined;
  const values: readonly unknown[] = Array.isArray(answer) ? answer : [];
  const wrong: JobField[] = [];
  const field = <Value>(
    name: JobField,
    read: (value: unknown) => Value | undefined,
    otherwise: Value,
  ): Value => {
    const value = read(values[JOB_FIELDS.indexOf(name)]);
    if (value === undefined) wrong.push(name);
    return value === undefined ? otherwise : value;
  };
  const optional = (read: (value: unknown) => number | undefined) => (value: unknown) =>
    value === '' ? null : read(value);
  field('id', (value) => (value === id ? id : undefined), id);
  const state = field('state', readState, 'failed');
  const counts: JobCounts = {
    total: field('total', optional(count), null),
    completed: field('completed', count, 0),
    failed: field('failed', count, 0),
    skipped: field('skipped', count, 0),
  };
  const createdAt = field('createdAt', readTime, isJobId(id) ? timeOfJobId(id) : 0);
  const job: Job = {
    id,
    type: field('type', readType, ''),
    state,
    request: field('request', (value) => readJson(value), null),
    counts,
    percentage: percentageOf(counts),
    createdAt,
    updatedAt: field('updatedAt', readTime, createdAt),
    startedAt: field('startedAt', optional(readTime), null),
    finishedAt: field('finishedAt', optional(readTime), null),
    error: field('error', (value) => (value === '' ? null : readProblem(readJson(value))), null),
    cancelRequestedAt: field('cancelRequestedAt', optional(readTime), null),
    revision: field('revision', count, 0),
    run: field('run', count, 0),
  };
  if (wrong.length === 0) return job;
  const names = JOB_FIELDS.filter((name) => wrong.includes(name));
  const error = job.error ?? (state === 'failed' ? unreadable(`a job: ${namesOf(names)}`) : null);
  return { ...job, error, unreadable: names };
}

/** What cannot be read, for people. */
export function namesOf(unreadable: readonly string[] = []): string {
  return unreadable.length === JOB_FIELDS.length ? 'all of it' : unreadable.join(', ');
}

/** @throws JobStoreError */
export function asJob(id: string, answer: unknown): Job {
  return decodeJob(id, answer) ?? unexpected(answer);
}

/** @throws JobStoreError */
export function decodeProgress(answer: unknown): Progress {
  const [total, completed, failed, skipped, cancel, revision] = asArray(answer);
  const number = (text: unknown) => readNumber(text) ?? unexpected(text);
  const counts: JobCounts = {
    total: total === '' ? null : number(total),
    completed: number(completed),
    failed: number(failed),
    skipped: number(skipped),
  };
  return {
    counts,
    percentage: percentageOf(counts),
    cancelRequestedAt: cancel === '' ? null : (readTime(cancel) ?? unexpected(cancel)),
    revision: number(revision),
  };
}

/** JSON that begins with the status, by which scripts tell it. */
export function encodeOutcome({ status, ...rest }: ItemOutcome, at: number): string {
  return JSON.stringify({ status, ...rest, at });
}

/** @throws JobStoreError */
export function decodeCreate(answer: unknown): CreateReply {
  const [outcome, detail, job] = asArray(answer);
  switch (outcome) {
    case 'created':
    case 'replayed':
      return { outcome, job: asJob(asText(detail), job) };
    case 'mismatch':
      return { outcome, id: asText(detail) };
    case 'full':
      return { outcome, pending: asCount(detail) };
    case 'exists':
      throw new JobStoreError('There is a job of that id already: make a new id');
    default:
      return unexpected(answer);
  }
}

/** A part of what is left to do of a job. */
export interface PendingPart {
  /** The position after it. */
  readonly next: number;
  /** How many items of it the ledger does not have. */
  readonly missing: number;
  readonly items: readonly ListedItem[];
  /** Where each of them stands. */
  readonly positions: readonly number[];
}

/** @throws JobStoreError */
export function decodePending(answer: unknown): PendingPart {
  const [next, missing, keys, payloads, positions] = asArray(answer);
  const texts = asArray(payloads);
  const items = asTexts(keys).map((key, i): ListedItem => {
    const payload = texts[i] ?? undefined;
    return { key, payload: payload === undefined ? undefined : asText(payload) };
  });
  return {
    next: asCount(next),
    missing: asCount(missing),
    items,
    positions: asArray(positions).map(asCount),
  };
}

/** @throws JobStoreError */
export function decodeItems(answer: unknown): Page<Item> {
  const [next, ...texts] = asArray(answer);
  if (next !== -1) asCount(next);
  const entries: Item[] = [];
  for (let i = 0; i < texts.length; i += 2) entries.push(decodeItem(asText(texts[i]), asText(texts[i + 1])));
  return { entries, next: next === -1 ? undefined : String(next) };
}

/** Does not throw. */
export function decodeItem(key: string, outcome: string): Item {
  if (outcome === '') return { key, status: 'pending', settledAt: null };
  const { status, at, noData, error } = Object(readJson(outcome)) as Partial<Record<string, unknown>>;
  const problem = readProblem(error);
  if (isTime(at)) {
    if (status === 'done') return { key, status, ...(noData === true ? { noData } : {}), settledAt: at };
    if (status === 'skipped') return { key, status, settledAt: at };
    if (status === 'failed' && problem) return { key, status, error: problem, settledAt: at };
  }
  return { key, status: 'failed', error: unreadable('an outcome'), settledAt: null };
}

/** What is no notice is none: anybody can publish. */
export function decodeNotice(text: string): JobNotice | undefined {
  const { id, revision, cancel, final } = Object(readJson(text)) as Partial<Record<keyof JobNotice, unknown>>;
  if (!isUuid(id) || typeof revision !== 'number') return undefined;
  return { id, revision, cancel: cancel === true, final: final === true };
}

/** @throws JobStoreError */
export function asTexts(value: unknown): readonly string[] {
  return asArray(value).map(asText);
}

/** @throws JobStoreError */
export function asCount(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : unexpected(value);
}

/** @throws JobStoreError */
export function unexpected(value: unknown): never {
  const shown = inspect(value, { depth: 2, breakLength: Infinity, maxArrayLength: 5, maxStringLength: 100 });
  throw new JobStoreError(`Redis holds or answers what is no job's: ${shown.slice(0, 200)}`);
}

function readState(value: unknown): JobState | undefined {
  return JOB_STATES.find((state) => state === value);
}

function readType(value: unknown): string | undefined {
  return typeof value === 'string' && TYPE.test(value) ? value : undefined;
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : unexpected(value);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : unexpected(value);
}
