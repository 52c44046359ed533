import type { Problem } from 'nestjs-background-services/http';
import { JobStoreError } from '../../errors/index.js';
import {
  type Item,
  type ItemOutcome,
  type Job,
  JOB_STATES,
  type JobCounts,
  type JobState,
  percentageOf,
} from '../../model/index.js';
import type { JobNotice, Progress } from '../job-store.js';

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
export function decodeItem(key: string, outcome: string): Item {
  if (outcome === '') return { key, status: 'pending', settledAt: null };
  const { at, ...rest } = parse(outcome) as ItemOutcome & { readonly at: number };
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
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) return unexpected(value);
  return value;
}

/** @throws JobStoreError */
export function unexpected(value: unknown): never {
  throw new JobStoreError(
    `Redis holds or answers what is no job's: ${String(JSON.stringify(value)).slice(0, 200)}`,
  );
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
  return text === undefined || text === '' || !Number.isFinite(number) ? unexpected(text) : number;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return unexpected(text);
  }
}
