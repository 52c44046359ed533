import { JobStoreError } from '../../errors/index.js';
import {
  COUNTED,
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
import { readItemCursor, readJobCursor } from '../cursors.js';
import { JobEntries } from './job-entries.js';
import { ItemOrders } from './item-orders.js';
import { type JobEntry, pendingOf, toItem } from './job-entry.js';

/** Jobs of one process. They end with it, unless somebody keeps snapshots. */
export class MemoryJobStore implements JobStore {
  readonly durable: boolean = false;
  protected readonly entries = new JobEntries();
  readonly #orders = new ItemOrders();
  readonly #listeners = new Set<(notice: JobNotice) => void>();

  /** @param now since the epoch, ms: what is past its retention then is there for nobody */
  constructor(
    private readonly retention: Retention = RETENTION_DEFAULTS,
    private readonly now: () => number = Date.now,
  ) {}

  get trouble(): string | undefined {
    return undefined;
  }

  create(job: NewJob): Promise<CreateReply> {
    return attempt(() => this.#create(job));
  }

  get(id: string): Promise<Job | undefined> {
    return Promise.resolve(this.#find(id)?.job);
  }

  list(query: JobQuery): Promise<Page<Job>> {
    return attempt(() => {
      const { limit } = query;
      this.#dropExpired();
      const found = this.entries.find({ ...query, cursor: readJobCursor(query.cursor), limit: limit + 1 });
      const entries = found.slice(0, limit);
      return { entries, next: found.length > limit ? entries.at(-1)?.id : undefined };
    });
  }

  items(id: string, { status, cursor, limit }: ItemQuery): Promise<Page<Item> | undefined> {
    return attempt(() => {
      const start = readItemCursor(cursor);
      const entry = this.#find(id);
      if (!entry) return undefined;
      const { keys, next } = this.#orders.page(entry.items, status, start, limit);
      const entries = keys.map((key) => toItem(key, entry.items.get(key)?.outcome));
      return { entries, next: next === undefined ? undefined : String(next) };
    });
  }

  begin(id: string, at: number): Promise<Run | 'over' | 'unknown'> {
    const entry = this.#find(id);
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
        this.#orders.forget(entry.items);
        this.#tell(this.#change(entry, { counts: { ...entry.job.counts, total: items.length } }, at));
      }
      return entry.job;
    });
  }

  settle(id: string, run: number, key: string, outcome: ItemOutcome, at: number): Promise<Progress | 'lost'> {
    return this.#as(id, run, (entry) => {
      const item = entry.items.get(key);
      if (item && !item.outcome) {
        item.outcome = { ...outcome, at };
        this.#orders.settled(entry.items, key, outcome.status);
        const { counts } = entry.job;
        const name = COUNTED[outcome.status];
        this.#change(entry, { counts: { ...counts, [name]: counts[name] + 1 } }, at);
      }
      return entry.job;
    });
  }

  announce(id: string): Promise<void> {
    const entry = this.#find(id);
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
    const entry = this.#find(id);
    if (!entry || isFinal(entry.job.state) || entry.job.cancelRequestedAt !== null)
      return Promise.resolve(entry?.job);
    this.#change(entry, { cancelRequestedAt: at }, at);
    if (entry.job.state === 'pending') this.#end(entry, { state: 'cancelled', error: null }, at);
    else this.#tell(entry.job);
    return Promise.resolve(entry.job);
  }

  retryFailed(id: string, at: number): Promise<Job | 'nothing' | 'active' | undefined> {
    const entry = this.#find(id);
    if (!entry) return Promise.resolve(undefined);
    const { job, items } = entry;
    if (!isFinal(job.state)) return Promise.resolve('active');
    const { counts } = job;
    const isListed = counts.total !== null;
    const left = isListed ? pendingOf(items).length : 1;
    if (counts.failed + left === 0) return Promise.resolve('nothing');
    for (const item of items.values()) if (item.outcome?.status === 'failed') item.outcome = undefined;
    this.#orders.forget(items);
    this.entries.keepUntil(entry, Infinity);
    const changes = { state: 'pending', finishedAt: null, error: null, cancelRequestedAt: null } as const;
    const again = this.#change(entry, { ...changes, counts: { ...counts, failed: 0 } }, at);
    this.#tell(again);
    return Promise.resolve(again);
  }

  expire(now: number): Promise<void> {
    this.entries.dropExpired(now);
    return Promise.resolve();
  }

  active(limit: number, types: readonly string[]): Promise<readonly string[]> {
    return Promise.resolve(this.entries.active(limit, types));
  }

  count(type: string, state: JobState): Promise<number> {
    this.#dropExpired();
    return Promise.resolve(this.entries.count(type, state));
  }

  subscribe(listener: (notice: JobNotice) => void): Promise<() => void> {
    this.#listeners.add(listener);
    return Promise.resolve(() => void this.#listeners.delete(listener));
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  #create({ id, type, request, createdAt, idempotency, maxPending }: NewJob): CreateReply {
    this.#dropExpired();
    const claim = idempotency && {
      name: JSON.stringify([idempotency.scope, idempotency.key]),
      fingerprint: idempotency.fingerprint,
      until: createdAt + idempotency.retention,
    };
    const earlier = claim && this.entries.claimed(claim.name, createdAt);
    if (earlier)
      return earlier.claim.fingerprint === claim.fingerprint
        ? { outcome: 'replayed', job: earlier.job }
        : { outcome: 'mismatch', id: earlier.job.id };
    if (this.entries.get(id)) throw new JobStoreError(`There is a job ${id} already: make a new id`);
    const pending = this.entries.count(type, 'pending');
    if (maxPending !== undefined && pending >= maxPending) return { outcome: 'full', pending };
    const job: Job = {
      ...{ id, type, state: 'pending', percentage: 0, createdAt, updatedAt: createdAt },
      // A copy: what the caller does to it later is not what was asked for.
      request: JSON.parse(JSON.stringify(request ?? null)) as unknown,
      counts: { total: null, completed: 0, failed: 0, skipped: 0 },
      ...{ startedAt: null, finishedAt: null, error: null, cancelRequestedAt: null, revision: 1, run: 0 },
    };
    this.entries.add({ job, claim, items: new Map(), expiresAt: Infinity });
    this.#tell(job);
    return { outcome: 'created', job };
  }

  #find(id: string): JobEntry | undefined {
    this.#dropExpired();
    return this.entries.get(id);
  }

  #dropExpired(): void {
    this.entries.dropExpired(this.now());
  }

  #as<Reply>(id: string, run: number, write: (entry: JobEntry) => Reply): Promise<Reply | 'lost'> {
    const entry = this.#find(id);
    const isOurs = entry?.job.state === 'running' && entry.job.run === run;
    return Promise.resolve(isOurs ? write(entry) : 'lost');
  }

  #end(entry: JobEntry, { state, error }: JobEnd, at: number): Job {
    const job = this.#change(entry, { state, error, finishedAt: at }, at);
    this.entries.keepUntil(entry, at + retentionOf(state, this.retention));
    this.#tell(job);
    return job;
  }

  #change(entry: JobEntry, changes: Partial<Job>, at: number): Job {
    const job = { ...entry.job, ...changes, updatedAt: at, revision: entry.job.revision + 1 };
    this.entries.replace(entry, { ...job, percentage: percentageOf(job.counts) });
    return entry.job;
  }

  #tell({ id, revision, cancelRequestedAt, state }: Job): void {
    const notice = { id, revision, cancel: cancelRequestedAt !== null, final: isFinal(state) };
    // A listener finds the store as it is after the operation, and cannot fail it.
    queueMicrotask(() => {
      for (const listener of [...this.#listeners]) listener(notice);
    });
  }
}

/** The value, or the error, by way of a promise. */
function attempt<Value>(read: () => Value): Promise<Value> {
  return new Promise((resolve) => resolve(read()));
}
