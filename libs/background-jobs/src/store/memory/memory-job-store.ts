import {
  isFinal,
  type Item,
  type ItemOutcome,
  type Job,
  type JobState,
  type ListedItem,
  percentageOf,
} from '../../model/index.js';
import {
  type CreateReply,
  type ItemQuery,
  type JobEnd,
  type JobNotice,
  type JobQuery,
  type JobStore,
  type NewJob,
  type Page,
  type Progress,
  type Retention,
  RETENTION_DEFAULTS,
  retentionOf,
  type Run,
  type RunReply,
} from '../job-store.js';

/** A job with its ledger, as a snapshot has it, too. */
export interface JobEntry {
  job: Job;
  /** Name of its idempotency claim. */
  readonly claim: string | undefined;
  readonly items: Map<string, LedgerItem>;
  expiresAt: number;
}

interface LedgerItem {
  readonly payload: string | undefined;
  outcome: (ItemOutcome & { readonly at: number }) | undefined;
}

interface Claim {
  readonly id: string;
  readonly fingerprint: string;
  readonly until: number;
}

/** Jobs of one process. They end with it, unless somebody keeps snapshots. */
export class MemoryJobStore implements JobStore {
  readonly durable: boolean = false;
  /** In the order of their creation. */
  protected readonly entries = new Map<string, JobEntry>();
  readonly #claims = new Map<string, Claim>();
  readonly #listeners = new Set<(notice: JobNotice) => void>();

  constructor(private readonly retention: Retention = RETENTION_DEFAULTS) {}

  create({ id, type, request, createdAt, idempotency, maxPending }: NewJob): Promise<CreateReply> {
    const claim = idempotency && `${idempotency.scope}\n${idempotency.key}`;
    const claimed = claim === undefined ? undefined : this.#claims.get(claim);
    const existing = claimed && claimed.until > createdAt ? this.entries.get(claimed.id) : undefined;
    if (claimed && existing)
      return Promise.resolve(
        claimed.fingerprint === idempotency?.fingerprint
          ? { outcome: 'replayed', job: existing.job }
          : { outcome: 'mismatch', id: claimed.id },
      );
    const pending = this.#idsOf((job) => job.type === type && job.state === 'pending').length;
    if (maxPending !== undefined && pending >= maxPending)
      return Promise.resolve({ outcome: 'full', pending });
    const job: Job = {
      ...{ id, type, state: 'pending', request, percentage: 0, createdAt, updatedAt: createdAt },
      counts: { total: null, completed: 0, failed: 0, skipped: 0 },
      ...{ startedAt: null, finishedAt: null, error: null, cancelRequestedAt: null, revision: 1, run: 0 },
    };
    this.entries.set(id, { job, claim, items: new Map(), expiresAt: Infinity });
    if (claim !== undefined && idempotency)
      this.#claims.set(claim, {
        id,
        fingerprint: idempotency.fingerprint,
        until: createdAt + idempotency.retention,
      });
    this.#tell(job);
    return Promise.resolve({ outcome: 'created', job });
  }

  get(id: string): Promise<Job | undefined> {
    return Promise.resolve(this.entries.get(id)?.job);
  }

  list({ type, states, cursor, limit }: JobQuery): Promise<Page<Job>> {
    const all = [...this.entries.values()].map(({ job }) => job).reverse();
    const found = all.filter(
      (job) =>
        (type === undefined || job.type === type) &&
        (states === undefined || states.includes(job.state)) &&
        (cursor === undefined || job.id < cursor),
    );
    const entries = found.slice(0, limit);
    return Promise.resolve({ entries, next: found.length > limit ? entries.at(-1)?.id : undefined });
  }

  items(id: string, { status, cursor, limit }: ItemQuery): Promise<Page<Item> | undefined> {
    const entry = this.entries.get(id);
    if (!entry) return Promise.resolve(undefined);
    const start = Number(cursor ?? 0);
    const found: Item[] = [];
    let position = 0;
    for (const [key, { outcome }] of entry.items) {
      if (position++ < start) continue;
      if (status !== undefined && (outcome?.status ?? 'pending') !== status) continue;
      if (found.length === limit) return Promise.resolve({ entries: found, next: String(position - 1) });
      found.push(toItem(key, outcome));
    }
    return Promise.resolve({ entries: found, next: undefined });
  }

  begin(id: string, at: number): Promise<Run | 'over' | 'unknown'> {
    const entry = this.entries.get(id);
    if (!entry) return Promise.resolve('unknown');
    const { job, items } = entry;
    if (isFinal(job.state)) return Promise.resolve('over');
    if (job.cancelRequestedAt !== null) {
      this.#end(entry, { state: 'cancelled', error: null }, at);
      return Promise.resolve('over');
    }
    const run = job.run + 1;
    const begun = this.#change(entry, { state: 'running', run, startedAt: job.startedAt ?? at }, at);
    this.#tell(begun);
    return Promise.resolve({
      job: begun,
      run,
      pending: job.counts.total === null ? undefined : pendingOf(items),
    });
  }

  listItems(id: string, run: number, items: readonly ListedItem[], at: number): Promise<RunReply> {
    return this.#as(id, run, (entry) => {
      if (entry.job.counts.total === null) {
        for (const { key, payload } of items) entry.items.set(key, { payload, outcome: undefined });
        this.#change(entry, { counts: { ...entry.job.counts, total: items.length } }, at);
      }
      return entry.job;
    });
  }

  settle(id: string, run: number, key: string, outcome: ItemOutcome, at: number): Promise<Progress | 'lost'> {
    return this.#as(id, run, (entry) => {
      const item = entry.items.get(key);
      if (item && !item.outcome) {
        item.outcome = { ...outcome, at };
        const { counts } = entry.job;
        const name = COUNTED[outcome.status];
        this.#change(entry, { counts: { ...counts, [name]: counts[name] + 1 } }, at);
      }
      return entry.job;
    });
  }

  announce(id: string): Promise<void> {
    const entry = this.entries.get(id);
    if (entry) this.#tell(entry.job);
    return Promise.resolve();
  }

  finish(id: string, run: number, end: JobEnd, at: number): Promise<RunReply> {
    return this.#as(id, run, (entry) => this.#end(entry, end, at));
  }

  yield(id: string, run: number, at: number): Promise<RunReply> {
    return this.#as(id, run, (entry) => {
      const job = this.#change(entry, { state: 'pending' }, at);
      this.#tell(job);
      return job;
    });
  }

  requestCancel(id: string, at: number): Promise<Job | undefined> {
    const entry = this.entries.get(id);
    if (!entry || isFinal(entry.job.state) || entry.job.cancelRequestedAt !== null)
      return Promise.resolve(entry?.job);
    this.#change(entry, { cancelRequestedAt: at }, at);
    if (entry.job.state === 'pending') this.#end(entry, { state: 'cancelled', error: null }, at);
    else this.#tell(entry.job);
    return Promise.resolve(entry.job);
  }

  retryFailed(id: string, at: number): Promise<Job | 'nothing' | 'active' | undefined> {
    const entry = this.entries.get(id);
    if (!entry) return Promise.resolve(undefined);
    const { job, items } = entry;
    if (!isFinal(job.state)) return Promise.resolve('active');
    const { counts } = job;
    const isListed = counts.total !== null;
    const left = isListed ? pendingOf(items).length : 1;
    if (counts.failed + left === 0) return Promise.resolve('nothing');
    for (const item of items.values()) if (item.outcome?.status === 'failed') item.outcome = undefined;
    entry.expiresAt = Infinity;
    const changes = { state: 'pending', finishedAt: null, error: null, cancelRequestedAt: null } as const;
    const again = this.#change(entry, { ...changes, counts: { ...counts, failed: 0 } }, at);
    this.#tell(again);
    return Promise.resolve(again);
  }

  expire(now: number): Promise<void> {
    for (const [id, { expiresAt }] of this.entries) if (expiresAt <= now) this.entries.delete(id);
    for (const [name, { until, id }] of this.#claims)
      if (until <= now || !this.entries.has(id)) this.#claims.delete(name);
    return Promise.resolve();
  }

  active(limit: number): Promise<readonly string[]> {
    return Promise.resolve(this.#idsOf(({ state }) => !isFinal(state)).slice(0, limit));
  }

  count(type: string, state: JobState): Promise<number> {
    return Promise.resolve(this.#idsOf((job) => job.type === type && job.state === state).length);
  }

  subscribe(listener: (notice: JobNotice) => void): Promise<() => void> {
    this.#listeners.add(listener);
    return Promise.resolve(() => void this.#listeners.delete(listener));
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  /** Called with every change, for whoever keeps snapshots. */
  protected changed(): void {
    // Nobody does.
  }

  #as<Reply>(id: string, run: number, write: (entry: JobEntry) => Reply): Promise<Reply | 'lost'> {
    const entry = this.entries.get(id);
    const isOurs = entry?.job.state === 'running' && entry.job.run === run;
    return Promise.resolve(isOurs ? write(entry) : 'lost');
  }

  #end(entry: JobEntry, { state, error }: JobEnd, at: number): Job {
    entry.expiresAt = at + retentionOf(state, this.retention);
    const job = this.#change(entry, { state, error, finishedAt: at }, at);
    this.#tell(job);
    return job;
  }

  #change(entry: JobEntry, changes: Partial<Job>, at: number): Job {
    const job = { ...entry.job, ...changes, updatedAt: at, revision: entry.job.revision + 1 };
    entry.job = { ...job, percentage: percentageOf(job.counts) };
    this.changed();
    return entry.job;
  }

  #idsOf(matches: (job: Job) => boolean): readonly string[] {
    return [...this.entries.values()].flatMap(({ job }) => (matches(job) ? [job.id] : []));
  }

  #tell({ id, revision, cancelRequestedAt, state }: Job): void {
    this.changed();
    const notice = { id, revision, cancel: cancelRequestedAt !== null, final: isFinal(state) };
    // A listener finds the store as it is after the operation, and cannot fail it.
    queueMicrotask(() => {
      for (const listener of [...this.#listeners]) listener(notice);
    });
  }
}

/** What each outcome is counted as. */
export const COUNTED = { done: 'completed', failed: 'failed', skipped: 'skipped' } as const;

function pendingOf(items: ReadonlyMap<string, LedgerItem>): readonly ListedItem[] {
  return [...items].flatMap(([key, { payload, outcome }]) => (outcome ? [] : [{ key, payload }]));
}

function toItem(key: string, outcome: LedgerItem['outcome']): Item {
  if (!outcome) return { key, status: 'pending', settledAt: null };
  const { at: settledAt, ...rest } = outcome;
  return { key, ...rest, settledAt };
}
