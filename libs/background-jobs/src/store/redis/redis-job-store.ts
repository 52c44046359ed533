import { Logger } from '@nestjs/common';
import type { Cluster, Redis } from 'ioredis';
import { type Clock, systemClock } from 'nestjs-background-services/store';
import { inBackground, LibraryLog } from 'nestjs-background-http-kit';
import {
  COUNTED,
  type FinalState,
  isFinal,
  isJobId,
  type Item,
  type ItemOutcome,
  type Job,
  JOB_STATES,
  type JobState,
  type ListedItem,
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
import { OnceAMinute } from '../once-a-minute.js';
import * as decode from './decode.js';
import { BYTES_A_CALL, ITEMS_A_CALL } from './item-index.js';
import { ItemPositions } from './item-positions.js';
import { unreadable } from './readable.js';
import { isOurScriptsFault, RedisScripts, type ScriptName } from './redis-scripts.js';
import { connect, type JobsRedis, keyPrefixOf, PATIENT, PROMPT } from './redis-target.js';
import { RedisWatch } from './redis-watch.js';
import { StoreErrors } from './store-errors.js';
import { UnreadableLog } from './unreadable-log.js';

/** A hash tag keeps all keys in one slot of a Cluster. */
export const DEFAULT_PREFIX = '{background-jobs}';

/** The index of items is built so often for one page: if somebody settles without it all the while, the page is read by what it has. */
const INDEX_TRIES = 3;

/** So long a boot waits for a first answer, ms. */
const BOOT_LIMIT = 1_000;

export interface RedisJobStoreOptions {
  readonly redis: JobsRedis;
  /** What all keys begin with, after the `keyPrefix` of `redis`; with a hash tag. @default '{background-jobs}' */
  readonly prefix?: string;
  readonly retention?: Retention;
  /** Told of all that goes wrong, and right again. @default one of its own */
  readonly watch?: RedisWatch;
  /** @default the platform's */
  readonly clock?: Clock;
}

/**
 * Jobs in Redis. What changes the state of a job is one script, and so atomic. What grows with the number of items or jobs is done in parts, because
 * Redis serves nobody else while a script runs: the leases of the app may be in there, too.
 */
export class RedisJobStore implements JobStore {
  readonly durable = true;
  readonly #listeners = new Set<(notice: JobNotice) => void>();
  readonly #positions = new ItemPositions();
  readonly #logger = new LibraryLog(new Logger('BackgroundJobs'));
  readonly #unreadable = new UnreadableLog((line) => this.#logger.warn(line));
  #state: 'open' | 'closed' = 'open';
  readonly #mended: OnceAMinute;
  readonly #scripts: RedisScripts;
  readonly #errors: StoreErrors;

  private constructor(
    private readonly client: Redis | Cluster,
    private readonly subscriber: Redis | Cluster,
    stem: string,
    private readonly retention: Retention,
    private readonly clock: Clock,
    private readonly watch: RedisWatch,
  ) {
    this.#mended = new OnceAMinute(() => clock.wall());
    this.#errors = new StoreErrors(client, watch);
    this.#scripts = new RedisScripts(client, stem, this.#errors, (what) =>
      this.#complain(
        `Redis had ${what}, where jobs are kept, with which nothing could be done; it is removed`,
      ),
    );
    subscriber.on('message', (_channel: string, text: string) => {
      const notice = decode.decodeNotice(text);
      if (notice) for (const listener of [...this.#listeners]) listener(notice);
    });
  }

  /**
   * Waits a moment for an answer; without one it goes on trying.
   * @throws MissingJobsPackageError if ioredis cannot be loaded
   * @throws JobStoreError if the server has no such database
   */
  static async open({
    redis,
    prefix = DEFAULT_PREFIX,
    retention = RETENTION_DEFAULTS,
    clock = systemClock,
    watch,
  }: RedisJobStoreOptions): Promise<RedisJobStore> {
    const seen = watch ?? (await RedisWatch.of({ redis, prefix, clock }));
    const client = await connect(redis, PROMPT);
    const subscriber = await connect(redis, PATIENT);
    const stem = `${await keyPrefixOf(redis)}${prefix}`;
    const store = new RedisJobStore(client, subscriber, stem, retention, clock, seen);
    subscriber.on('error', (error) => store.#errors.lost('notices', error));
    subscriber.subscribe(`${stem}:notices`).then(
      () => seen.troubles.noHint('channels'),
      (error: unknown) => store.#state === 'open' && seen.unheard(error),
    );
    await store.#looked();
    return store;
  }

  /** Why it cannot be used at present; `undefined`: it can, as far as is known. */
  get trouble(): string | undefined {
    return this.watch.troubles.current;
  }

  async create({ id, type, request, createdAt, idempotency, maxPending }: NewJob): Promise<CreateReply> {
    const claim = idempotency
      ? [JSON.stringify([idempotency.scope, idempotency.key]), idempotency.fingerprint]
      : ['', ''];
    const limits = [maxPending ?? '', ...claim, idempotency?.retention ?? ''];
    const answer = await this.#run('CREATE', id, type, JSON.stringify(request ?? null), createdAt, ...limits);
    return decode.decodeCreate(answer);
  }

  async get(id: string): Promise<Job | undefined> {
    return this.#seen(decode.decodeJob(id, await this.#run('GET', id)));
  }

  /** Each job is read by itself: one that is large, or cannot be read, keeps nobody from the others. */
  async list({ type = '', states = JOB_STATES, cursor, limit }: JobQuery): Promise<Page<Job>> {
    const after = readJobCursor(cursor) ?? '';
    const ids = decode.asTexts(await this.#run('LIST', after, limit, type, ...states));
    const listed = ids.slice(0, limit);
    const jobs = await Promise.all(listed.map((id) => this.get(id)));
    return {
      entries: jobs.filter((job) => job !== undefined),
      next: ids.length > limit ? listed.at(-1) : undefined,
    };
  }

  async items(id: string, { status, cursor, limit }: ItemQuery): Promise<Page<Item> | undefined> {
    const entries: Item[] = [];
    let next: string | undefined = String(readItemCursor(cursor));
    for (let tries = 0; next !== undefined && entries.length < limit;) {
      const most = Math.min(limit - entries.length, ITEMS_A_CALL);
      const answer = await this.#run('ITEMS', id, status ?? '', next, most, tries < INDEX_TRIES ? 0 : 1);
      if (answer === 0) return undefined;
      if (answer === 'index') {
        tries += 1;
        while ((await this.#run('INDEX_PART', id)) === 0);
        continue;
      }
      const part = decode.decodeItems(answer);
      entries.push(...part.entries);
      next = part.next;
    }
    const broken = entries.filter(({ error }) => error?.code === 'BGJ_UNREADABLE');
    for (const { key } of broken)
      this.#unreadable.tell(`Job ${id}: the outcome of its item ${JSON.stringify(key)} cannot be read`);
    return { entries, next };
  }

  /** Its items are read in parts; it is ours by then. */
  async begin(id: string, at: number): Promise<Run | 'over' | 'unknown'> {
    const answer = await this.#run('BEGIN', id, at, this.retention.completed);
    if (answer === 'over' || answer === 'unknown') return answer;
    const job = decode.asJob(id, answer);
    if (job.unreadable) {
      await this.#ruin(job, 'failed');
      return 'over';
    }
    const { run } = job;
    if (job.counts.total === null) return { job, run, pending: undefined };
    const pending = await this.#pending(job, job.counts.total);
    return pending === 'lost' ? 'over' : { job, run, pending };
  }

  /** In parts. A list is whole, and seen, with its last part; the first one of a later run takes its place. */
  async listItems(id: string, run: number, items: readonly ListedItem[], at: number): Promise<RunReply> {
    for (let from = 0; ;) {
      const part = partOf(items, from);
      const next = from + part.length;
      const isLast = next >= items.length;
      const texts = part.flatMap(({ key, payload }) => [key, payload === undefined ? 0 : 1, payload ?? '']);
      const answer = await this.#run('LIST_ITEMS', id, run, at, from, isLast ? 1 : 0, ...texts);
      if (answer === 0) return 'lost';
      if (isLast) {
        const job = decode.asJob(id, answer);
        // Those that an earlier run listed stay, and stand elsewhere.
        if (job.counts.total === items.length) this.#positions.keep(id, items);
        return job;
      }
      from = next;
    }
  }

  async settle(
    id: string,
    run: number,
    key: string,
    outcome: ItemOutcome,
    at: number,
  ): Promise<Progress | 'lost'> {
    const position = this.#positions.find(id, key) ?? '';
    const { status } = outcome;
    const texts = [key, decode.encodeOutcome(outcome, at), COUNTED[status], at, status, position];
    const answer = await this.#run('SETTLE', id, run, ...texts);
    if (answer !== 0) return decode.decodeProgress(answer);
    this.#positions.forget(id);
    return 'lost';
  }

  async announce(id: string): Promise<void> {
    await this.#run('ANNOUNCE', id);
  }

  finish(id: string, run: number, { state, error }: JobEnd, at: number): Promise<RunReply> {
    const problem = error === null ? '' : JSON.stringify(error);
    this.#positions.forget(id);
    return this.#runReply('FINISH', id, run, state, problem, at, this.#retentionOf(state));
  }

  yield(id: string, run: number, at: number): Promise<RunReply> {
    this.#positions.forget(id);
    return this.#runReply('YIELD', id, run, at);
  }

  async requestCancel(id: string, at: number): Promise<Job | undefined> {
    const job = this.#seen(
      decode.decodeJob(id, await this.#run('CANCEL', id, at, this.#retentionOf('cancelled'))),
    );
    return job && isBroken(job) ? this.#ruin(job, 'cancelled') : job;
  }

  /** The items go back in parts, while the job is over; each part is counted, so whoever is cut off can begin again. */
  async retryFailed(id: string, at: number): Promise<Job | 'nothing' | 'active' | undefined> {
    let answer = await this.#run('RETRY', id, at, 0);
    if (answer === 'items') {
      let from: unknown = 0;
      while (from !== -1) from = await this.#run('RETRY_PART', id, decode.asCount(from), at);
      answer = await this.#run('RETRY', id, at, 1);
    }
    if (answer === 'unknown') return undefined;
    return answer === 'nothing' || answer === 'active' ? answer : this.#seen(decode.decodeJob(id, answer));
  }

  async expire(now: number): Promise<void> {
    await this.#run('EXPIRE', now);
  }

  async active(limit: number, types: readonly string[]): Promise<readonly string[]> {
    return types.length === 0 ? [] : decode.asTexts(await this.#run('ACTIVE', limit, ...types));
  }

  async count(type: string, state: JobState): Promise<number> {
    return decode.asCount(await this.#run('COUNT', type, state));
  }

  subscribe(listener: (notice: JobNotice) => void): Promise<() => void> {
    this.#listeners.add(listener);
    return Promise.resolve(() => void this.#listeners.delete(listener));
  }

  close(): Promise<void> {
    this.#state = 'closed';
    this.#errors.close();
    this.#listeners.clear();
    this.client.disconnect();
    this.subscriber.disconnect();
    return Promise.resolve();
  }

  /** Looks at the server whenever there is a connection. Resolves after the first time, or when that takes too long. */
  async #looked(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.clock.setTimeout(resolve, BOOT_LIMIT);
      const done = () => {
        timer.cancel();
        resolve();
      };
      this.client.once('error', done);
      const look = () => inBackground(this.watch.look(this.client).then(done));
      this.client.on('ready', look);
      if (this.client.status === 'ready') look();
    });
    try {
      this.#errors.check();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** What is left to do, read in parts. A job that lost items without an outcome fails: nobody knows what they were. */
  async #pending(job: Job, total: number): Promise<readonly ListedItem[] | 'lost'> {
    const pending: ListedItem[] = [];
    const positions: number[] = [];
    let [from, missing] = [0, 0];
    for (let isLast = false; !isLast;) {
      const answer = await this.#run('PENDING', job.id, job.run, from);
      if (answer === 0) return 'lost';
      const part = decode.decodePending(answer);
      pending.push(...part.items);
      positions.push(...part.positions);
      missing += part.missing;
      isLast = part.next === from;
      from = part.next;
    }
    if (missing > 0 || from !== total) {
      await this.#ruin({ ...job, unreadable: ['items'] }, 'failed');
      return 'lost';
    }
    this.#positions.keep(job.id, pending, positions);
    return pending;
  }

  async #runReply(name: ScriptName, id: string, ...args: readonly (string | number)[]): Promise<RunReply> {
    const answer = await this.#run(name, id, ...args);
    return answer === 0 ? 'lost' : decode.asJob(id, answer);
  }

  async #run(name: ScriptName, ...args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.#scripts.run(name, ...args);
    } catch (error) {
      const job =
        isOurScriptsFault(error) && name !== 'GET' && isJobId(args[0]) ? await this.get(args[0]) : undefined;
      if (!job || !isBroken(job)) throw error;
      await this.#ruin(job, name === 'CANCEL' ? 'cancelled' : 'failed');
      return this.#scripts.run(name, ...args);
    }
  }

  /** Ends a job that cannot be read, so that it is over, can be read, and is removed when its time is over. */
  async #ruin(job: Job, state: 'failed' | 'cancelled'): Promise<Job | undefined> {
    const { id, type, createdAt, unreadable: names } = job;
    const what = decode.namesOf(names);
    this.#complain(`Job ${id} of type "${type}" cannot be read (${what}); it is ${state}`);
    const error = state === 'failed' ? JSON.stringify(unreadable(`a job: ${what}`)) : '';
    const now = Math.round(this.clock.wall());
    return decode.decodeJob(
      id,
      await this.#scripts.run('RUIN', id, state, error, now, this.#retentionOf(state), createdAt),
    );
  }

  /** Whatever writes there what should not be there may do so again and again. */
  #complain(line: string): void {
    if (this.#mended.isDue(line)) this.#logger.error(line);
  }

  /** Says what cannot be read, once. */
  #seen(job: Job | undefined): Job | undefined {
    if (job?.unreadable)
      this.#unreadable.tell(
        `Job ${job.id} cannot be read (${decode.namesOf(job.unreadable)}); it is shown as far as it can be`,
      );
    return job;
  }

  #retentionOf(state: FinalState): number {
    return retentionOf(state, this.retention);
  }
}

/** Whether scripts cannot work with it, or take it for what it is not. Its request and its error are nothing to them. */
function isBroken({ unreadable = [], state }: Job): boolean {
  return unreadable.some((name) => name !== 'error' && (name !== 'request' || !isFinal(state)));
}

/** As many items as one call may take. */
function partOf(items: readonly ListedItem[], from: number): readonly ListedItem[] {
  let bytes = 0;
  let end = from;
  while (end < items.length && end - from < ITEMS_A_CALL && bytes <= BYTES_A_CALL) {
    const { key, payload = '' } = items[end]!;
    bytes += Buffer.byteLength(key) + Buffer.byteLength(payload);
    end += 1;
  }
  return items.slice(from, end);
}
