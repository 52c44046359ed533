import { isJobId, type Job, JOB_STATES } from '../../model/index.js';
import type { Claim, JobEntry, LedgerItem } from '../memory/job-entry.js';

/** What the file begins with. */
export const HEADER = JSON.stringify({ format: 'nestjs-background-jobs', version: 2 });

type StoredItem = readonly [key: string, item: Partial<LedgerItem>];

/**
 * One line of the file. `put` is a whole job; `set` is what a change made of one: all but its request, and those items that changed. All of it is
 * absolute, so a line that is read twice changes nothing.
 */
type JobRecord =
  | { readonly put: { readonly job: Job; readonly claim?: Claim } & Ledger }
  | { readonly set: { readonly job: Omit<Job, 'request'> & { readonly request: undefined } } & Ledger };

interface Ledger {
  /** `null`: the job is not over. */
  readonly expiresAt: number | null;
  readonly items?: readonly StoredItem[];
}

export function encodePut({ job, claim, items, expiresAt }: JobEntry): string {
  const ledger = { expiresAt: asStored(expiresAt), items: [...items] };
  return JSON.stringify({ put: { job, ...(claim ? { claim } : {}), ...ledger } } satisfies JobRecord);
}

/** @param keys the items that changed; with `payloads` their payloads are not in the file yet */
export function encodeSet(
  { job, items, expiresAt }: JobEntry,
  keys: Iterable<string> = [],
  payloads = false,
): string {
  const changed = Array.from(keys, (key): StoredItem => {
    const { payload, outcome } = items.get(key) ?? { payload: undefined, outcome: undefined };
    return [key, payloads ? { payload, outcome } : { outcome }];
  });
  const ledger = { expiresAt: asStored(expiresAt), ...(changed.length > 0 ? { items: changed } : {}) };
  return JSON.stringify({ set: { job: { ...job, request: undefined }, ...ledger } } satisfies JobRecord);
}

/** Applies a line to what was read before it. @throws TypeError that says what is wrong with the line */
export function applyRecord(entries: Map<string, JobEntry>, text: string): void {
  const { put, set } = asObject(JSON.parse(text), 'a record');
  if (put !== undefined) {
    const entry = decodeEntry(put);
    entries.set(entry.job.id, entry);
    return;
  }
  const fields = asObject(set, 'a record');
  const { id } = asObject(fields['job'], 'a job');
  const entry = entries.get(String(id));
  // Of a job that was not taken on in the end.
  if (!entry) return;
  const job = decodeJob({ ...asObject(fields['job'], 'a job'), request: entry.job.request });
  const items = decodeItems(fields['items'] ?? []);
  const expiresAt = decodeEnd(fields['expiresAt']);
  entry.job = job;
  entry.expiresAt = expiresAt;
  for (const [key, item] of items)
    entry.items.set(key, { payload: item.payload ?? entry.items.get(key)?.payload, outcome: item.outcome });
}

/** A whole job, as this version and the first one have it. @throws TypeError */
export function decodeEntry(value: unknown): JobEntry {
  const { job, claim, items, expiresAt } = asObject(value, 'an entry');
  return {
    job: decodeJob(job),
    claim: claim === undefined || claim === null ? undefined : decodeClaim(claim),
    items: new Map(decodeItems(items)),
    expiresAt: decodeEnd(expiresAt),
  };
}

function decodeJob(value: unknown): Job {
  const job = asObject(value, 'a job');
  const { id, type, state, request = null, error = null } = job;
  const { total, ...counts } = asObject(job['counts'], 'counts');
  need(typeof id === 'string' && isJobId(id), 'an id');
  need(typeof type === 'string', 'a type');
  need((JOB_STATES as readonly unknown[]).includes(state), 'a state');
  need(error === null || typeof error === 'object', 'an error');
  const { completed, failed, skipped } = counts;
  return {
    ...{ id, type, state: state as Job['state'], request, error: error as Job['error'] },
    counts: {
      total: total === null ? null : asCount(total),
      ...{ completed: asCount(completed), failed: asCount(failed), skipped: asCount(skipped) },
    },
    percentage: asCount(job['percentage']),
    ...{ createdAt: asTime(job['createdAt']), updatedAt: asTime(job['updatedAt']) },
    ...{ startedAt: asTimeOrNull(job['startedAt']), finishedAt: asTimeOrNull(job['finishedAt']) },
    cancelRequestedAt: asTimeOrNull(job['cancelRequestedAt']),
    ...{ revision: asCount(job['revision']), run: asCount(job['run']) },
  };
}

function decodeClaim(value: unknown): Claim {
  const { name, fingerprint, until } = asObject(value, 'a claim');
  need(typeof name === 'string' && typeof fingerprint === 'string', 'a claim');
  return { name, fingerprint, until: asTime(until) };
}

function decodeItems(value: unknown): readonly (readonly [string, LedgerItem])[] {
  need(Array.isArray(value), 'a list of items');
  return (value as readonly unknown[]).map((pair) => {
    need(Array.isArray(pair), 'an item');
    const [key, item] = pair as readonly unknown[];
    need(typeof key === 'string', 'a key');
    const { payload, outcome } = asObject(item, 'an item');
    need(payload === undefined || typeof payload === 'string', 'a payload');
    return [key, { payload, outcome: decodeOutcome(outcome) }] as const;
  });
}

function decodeOutcome(value: unknown): LedgerItem['outcome'] {
  if (value === undefined || value === null) return undefined;
  const { status, at, noData, error } = asObject(value, 'an outcome');
  const when = { at: asTime(at) };
  if (status === 'done') return { status, ...(noData === true ? { noData } : {}), ...when };
  if (status === 'skipped') return { status, ...when };
  need(status === 'failed', 'a status');
  return { status, error: asObject(error, 'an error') as never, ...when };
}

const asStored = (end: number) => (Number.isFinite(end) ? end : null);
const decodeEnd = (value: unknown) => (value === null || value === undefined ? Infinity : asTime(value));

/** What `Date` can show: 1970 to the year 275,760. */
function asTime(value: unknown): number {
  need(typeof value === 'number' && value >= 0 && value <= 8.64e15, 'a time');
  return value;
}

const asTimeOrNull = (value: unknown) => (value === null || value === undefined ? null : asTime(value));

function asCount(value: unknown): number {
  need(typeof value === 'number' && value >= 0 && Number.isFinite(value), 'a count');
  return value;
}

function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  need(typeof value === 'object' && value !== null && !Array.isArray(value), what);
  return value as Readonly<Record<string, unknown>>;
}

function need(ok: boolean, what: string): asserts ok {
  if (!ok) throw new TypeError(`expected ${what}`);
}
