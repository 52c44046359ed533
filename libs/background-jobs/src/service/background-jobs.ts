import { createHash } from 'node:crypto';
import type { Clock, Random } from 'nestjs-background-services/store';
import { abortController, onAbort } from 'nestjs-background-http-kit';
import type { JobClass } from '../decorators/background-job.js';
import type { JobEngine } from '../engine/job-engine.js';
import {
  InvalidJobRequestError,
  JobActiveError,
  JobGoneError,
  JobNotFoundError,
  KeyReusedError,
  NothingToRetryError,
  QueueFullError,
  RequestTooLargeError,
} from '../errors/index.js';
import { FORCE_REFRESH } from '../execution/job-executor.js';
import {
  DEEPEST,
  isDeep,
  isFinal,
  isJobId,
  isUuid,
  type Item,
  type Job,
  newJobId,
  timeOfJobId,
} from '../model/index.js';
import type { ItemQuery, JobQuery, JobStore, Page, Retention } from '../store/job-store.js';
import { checkRequest } from './check-request.js';
import type { JobFollowers } from './job-followers.js';
import type { JobObservers } from './job-observers.js';
import type { JobRegistry } from './job-registry.js';

/** How long an idempotency key is remembered, ms. */
const KEY_RETENTION = 86_400_000;
const LONGEST_KEY = 255;

/** What a submit is told apart from others by. */
export interface SubmitOptions {
  /** 1 to 255 characters: the same request under the same key is one job, for a day. */
  readonly idempotencyKey?: string | undefined;
  /** Who asks: keys of two scopes never meet. @default '' */
  readonly scope?: string | undefined;
  /** Works off what is there already, too. The request has to be an object. */
  readonly forceRefresh?: boolean;
}

/** What became of a submit. */
export interface Submitted {
  readonly job: Job;
  /** The job was there already, under this idempotency key. */
  readonly replayed: boolean;
}

export interface BackgroundJobsContext {
  readonly store: JobStore;
  readonly engine: JobEngine;
  readonly registry: JobRegistry;
  readonly observers: JobObservers;
  readonly followers: JobFollowers;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly random: Random;
}

type RequestOf<Class> = Class extends abstract new (...args: never[]) => {
  items(request: infer Request): unknown;
}
  ? Request
  : unknown;

/** Background jobs of the whole fleet, whichever replica runs them. Inject it. Everything throws `JobStoreError` if the store does not answer. */
export class BackgroundJobs {
  /** @internal Made by the module. */
  constructor(private readonly context: BackgroundJobsContext) {}

  /** Whether jobs outlive this process. */
  get durable(): boolean {
    return this.context.store.durable;
  }

  /**
   * Takes a job on; some replica runs it soon.
   * @param job the class with `@BackgroundJob`, or its type
   * @param request JSON
   * @throws UnknownJobTypeError, InvalidJobRequestError, RequestTooLargeError, RequestRefusedError by the job's schema, QueueFullError, KeyReusedError
   */
  async submit<Class extends string | JobClass>(
    job: Class,
    request: RequestOf<Class>,
    { idempotencyKey, scope = '', forceRefresh }: SubmitOptions = {},
  ): Promise<Submitted> {
    const { store, registry, observers, clock, random } = this.context;
    const { type, options } = registry.get(job);
    const checked = await checkRequest(type, options.body, request);
    const asked =
      forceRefresh === undefined ? checked : { ...(checked as object), [FORCE_REFRESH]: forceRefresh };
    const text = toJson(asked);
    const size = Buffer.byteLength(text);
    if (size > options.maxRequestSize) throw new RequestTooLargeError(type, size, options.maxRequestSize);
    if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > LONGEST_KEY))
      throw new InvalidJobRequestError('idempotencyKey', `1 to ${LONGEST_KEY} characters`, idempotencyKey);
    const now = Math.round(clock.wall());
    const reply = await store.create({
      id: newJobId(now, random),
      type,
      request: asked,
      createdAt: now,
      maxPending: options.maxPending,
      ...(idempotencyKey === undefined
        ? {}
        : {
            idempotency: {
              key: idempotencyKey,
              scope,
              fingerprint: digest(`${type}\n${text}`),
              retention: KEY_RETENTION,
            },
          }),
    });
    switch (reply.outcome) {
      case 'mismatch':
        throw new KeyReusedError(idempotencyKey ?? '', reply.id);
      case 'full':
        throw new QueueFullError(type, reply.pending);
      case 'replayed':
        // Whoever asked first may have been cut off between the two.
        if (reply.job.state === 'pending') await this.#enqueue(reply.job.id);
        return { job: reply.job, replayed: true };
      case 'created':
        // Told first: its run may begin before the queue has answered, and events are told in their order.
        observers.submitted(reply.job);
        await this.#enqueue(reply.job.id);
        return { job: reply.job, replayed: false };
    }
  }

  /** @throws InvalidJobRequestError for what is no UUID, JobNotFoundError, JobGoneError past its retention */
  async get(name: string): Promise<Job> {
    const id = readId(name);
    return (await this.context.store.get(id)) ?? this.#missing(id);
  }

  /** Newest first. */
  list(query: Partial<JobQuery> = {}): Promise<Page<Job>> {
    return this.context.store.list({ limit: 50, ...query });
  }

  /** Items of a job in the order they were listed. @throws like `get` */
  async items(name: string, query: Partial<ItemQuery> = {}): Promise<Page<Item>> {
    const id = readId(name);
    return (await this.context.store.items(id, { limit: 100, ...query })) ?? this.#missing(id);
  }

  /** Ends a job: no further item starts, within a second, on whichever replica it runs. Of one that is over nothing changes. @throws like `get` */
  async cancel(name: string): Promise<Job> {
    const id = readId(name);
    const { store, clock } = this.context;
    return (await store.requestCancel(id, Math.round(clock.wall()))) ?? this.#missing(id);
  }

  /**
   * Works off what failed, and what is left of a cancelled or failed job, again.
   * @throws JobActiveError, NothingToRetryError, and like `get`
   */
  async retryFailed(name: string): Promise<Job> {
    const id = readId(name);
    const { store, clock } = this.context;
    const reply = await store.retryFailed(id, Math.round(clock.wall()));
    if (reply === undefined) return this.#missing(id);
    if (reply === 'active') throw new JobActiveError(id);
    if (reply === 'nothing') throw new NothingToRetryError(id);
    await this.#enqueue(id);
    return reply;
  }

  /**
   * The job now, and whenever it has changed, up to its end, to the abort of the signal or to the shutdown of the app. A slow reader is given the
   * newest, not all that it missed.
   * @param options.after the revision that is known already
   * @throws like `get`
   */
  async *events(
    id: string,
    { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Job, void, undefined> {
    let seen = after;
    const news: { job: Job | undefined; isOver: boolean } = { job: await this.get(id), isOver: false };
    let wake: () => void = () => undefined;
    const over = () => {
      news.isOver = true;
      wake();
    };
    const changed = (job: Job | undefined) => {
      news.job = job;
      wake();
    };
    const end = this.context.followers.follow(id, { changed, closed: over });
    const stop = signal && onAbort(signal, over);
    try {
      while (!news.isOver) {
        const { job } = news;
        if (!job) return;
        if (job.revision > seen) {
          seen = job.revision;
          yield job;
        }
        if (isFinal(job.state)) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
          // There was news while the reader had the last.
          if (news.isOver || news.job !== job) resolve();
        });
      }
    } finally {
      end();
      stop?.();
    }
  }

  /**
   * The job as soon as it is over, or has another revision than `known`; at the latest after `timeout` ms, when the signal aborts, or when the app
   * shuts down.
   * @throws like `get`
   */
  async waitForChange(
    id: string,
    known: number | undefined,
    timeout: number,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Job> {
    const job = await this.get(id);
    const isNews = (one: Job) => isFinal(one.state) || (known !== undefined && one.revision !== known);
    if (isNews(job)) return job;
    return (await this.#change(job, isNews, timeout, signal)) ?? this.#missing(id);
  }

  /** The job when it is news, or as it is when the time is over or nothing is told any more. */
  #change(
    job: Job,
    isNews: (job: Job) => boolean,
    timeout: number,
    signal: AbortSignal | undefined,
  ): Promise<Job | undefined> {
    const { clock, followers } = this.context;
    return new Promise((resolve) => {
      let latest: Job | undefined = job;
      // Each of these may call back at once.
      const end = abortController();
      const done = () => end.abort();
      const timer = clock.setTimeout(done, timeout);
      const changed = (one: Job | undefined) => {
        latest = one;
        if (!one || isNews(one)) done();
      };
      const unfollow = followers.follow(job.id, { changed, closed: done });
      const stop = signal && onAbort(signal, done);
      onAbort(end.signal, () => {
        timer.cancel();
        unfollow();
        stop?.();
        resolve(latest);
      });
    });
  }

  /** A job that the store has is taken on: what the queue could not take is put there with the next round of the lifecycle. */
  async #enqueue(id: string): Promise<void> {
    try {
      await this.context.engine.enqueue(id);
    } catch {
      // It comes with that round.
    }
  }

  /** What is older than all that is kept was there once, or never; either way it does not come back. */
  #missing(id: string): never {
    // Only an id that this library made tells its time.
    if (!isJobId(id)) throw new JobNotFoundError(id);
    const { retention, clock } = this.context;
    const age = clock.wall() - timeOfJobId(id);
    throw age > Math.min(retention.completed, retention.failed)
      ? new JobGoneError(id)
      : new JobNotFoundError(id);
  }
}

/**
 * The id of a job as it was made. A UUID that no job can have is unknown; a text that is none is a mistake.
 * @throws InvalidJobRequestError
 */
function readId(id: string): string {
  if (!isUuid(id)) throw new InvalidJobRequestError('id', 'a UUID', id);
  return id.toLowerCase();
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function toJson(request: unknown): string {
  try {
    const text = JSON.stringify(request, sorted) as string | undefined;
    if (text !== undefined && !isDeep(text)) return text;
  } catch {
    // Said below.
  }
  throw new InvalidJobRequestError('request', `JSON, nested at most ${DEEPEST} levels deep`, request);
}

/** The same request is the same text, however a client orders its members. */
function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
