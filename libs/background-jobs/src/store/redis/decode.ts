import { inspect } from 'node:util';
import type { Problem } from 'nestjs-background-services/http';
import { JobStoreError } from '../../errors/index.js';
import {
  type Item,
  ITEM_STATUSES,
  type ItemOutcome,
  type Job,
  JOB_STATES,
  type JobCounts,
  type JobState,
  type ListedItem,
  percentageOf,
} from '../../model/index.js';
import type { CreateReply, JobNotice, Page, Progress, Run } from '../job-store.js';

/*
 * What the scripts answer, in the words of the port. Whatever else is there (another program writes to the same Redis) is an error that says so.
 */

/** `undefined`: there is none. @throws JobStoreError */
export function decodeJob(pairs: unknown): Job | undefined {
  const texts = asTexts(pairs);
  if (texts.length === 0) return undefined;
  const fields = new Map<string, string>();
  for (let i = 0; i < texts.length; i += 2) fields.set(texts[i]!, texts[i + 1]!);
  const text = (name: string) => fields.get(name) ?? unexpected(pairs);
  const number = (name: string) => asNumber(text(name));
  const optional = (name: string) => (text(name) === '' ? null : number(name));
  const state = text('state') as JobState;
  if (!JOB_STATES.includes(state)) unexpected(state);
  const counts = countsOf(text('total'), text('completed'), text('failed'), text('skipped'));
  return {
    id: text('id'),
    type: text('type'),
    state,
    request: parse(text('request')),
    counts,
    percentage: percentageOf(counts),
    createdAt: number('createdAt'),
    updatedAt: number('updatedAt'),
    startedAt: optional('startedAt'),
    finishedAt: optional('finishedAt'),
    error: text('error') === '' ? null : (parse(text('error')) as Problem),
    cancelRequestedAt: optional('cancelRequestedAt'),
    revision: number('revision'),
    run: number('run'),
  };
}

/** @throws JobStoreError */
export function decodeProgress(answer: unknown): Progress {
  const [total, completed, failed, skipped, cancel, revision] = asTexts(answer);
  const counts = countsOf(total, completed, failed, skipped);
  return {
    counts,
    percentage: percentageOf(counts),
    cancelRequestedAt: cancel === '' ? null : asNumber(cancel),
    revision: asNumber(revision),
  };
}

/** JSON that begins with the status, by which scripts tell it. */
export function encodeOutcome({ status, ...rest }: ItemOutcome, at: number): string {
  return JSON.stringify({ status, ...rest, at });
}

/** @throws JobStoreError */
export function decodeCreate(answer: unknown): CreateReply {
  const [outcome, detail] = asArray(answer);
  switch (outcome) {
    case 'created':
    case 'replayed':
      return { outcome, job: decodeJob(detail) ?? unexpected(answer) };
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

/** @throws JobStoreError */
export function decodeRun(answer: unknown): Run {
  const [pairs, listed, keys, payloads] = asArray(answer);
  const job = decodeJob(pairs) ?? unexpected(answer);
  const texts = asArray(payloads);
  const pending = asTexts(keys).map((key, i): ListedItem => {
    const payload = texts[i];
    return { key, payload: payload === null ? undefined : asText(payload) };
  });
  return { job, run: job.run, pending: listed === 1 ? pending : undefined };
}

/** @throws JobStoreError */
export function decodeJobs(answer: unknown): Page<Job> {
  const [next, ...jobs] = asArray(answer);
  const last = asText(next);
  return {
    entries: jobs.map((pairs) => decodeJob(pairs) ?? unexpected(answer)),
    next: last === '' ? undefined : last,
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

/** @throws JobStoreError */
export function decodeItem(key: string, outcome: string): Item {
  if (outcome === '') return { key, status: 'pending', settledAt: null };
  const parsed = parse(outcome);
  if (typeof parsed !== 'object' || parsed === null) return unexpected(outcome);
  const { at, ...rest } = parsed as ItemOutcome & { readonly at: unknown };
  if (typeof at !== 'number' || !ITEM_STATUSES.includes(rest.status)) return unexpected(outcome);
  return { key, ...rest, settledAt: at };
}

/** What is no notice is none: anybody can publish. */
export function decodeNotice(text: string): JobNotice | undefined {
  try {
    const { id, revision, cancel, final } = JSON.parse(text) as Partial<Record<keyof JobNotice, unknown>>;
    if (typeof id !== 'string' || typeof revision !== 'number') return undefined;
    return { id, revision, cancel: cancel === true, final: final === true };
  } catch {
    return undefined;
  }
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
  const shown = inspect(value, { depth: 2, breakLength: Infinity }).slice(0, 200);
  throw new JobStoreError(`Redis holds or answers what is no job's: ${shown}`);
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : unexpected(value);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : unexpected(value);
}

function countsOf(total?: string, completed?: string, failed?: string, skipped?: string): JobCounts {
  return {
    total: total === '' ? null : asNumber(total),
    completed: asNumber(completed),
    failed: asNumber(failed),
    skipped: asNumber(skipped),
  };
}

function asNumber(text: string | undefined): number {
  const number = Number(text);
  return text === undefined || text.trim() === '' || !Number.isFinite(number) ? unexpected(text) : number;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return unexpected(text);
  }
}
