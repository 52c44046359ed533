import { abortController, callGuest, LibraryLog, onAbort, type Problem } from 'nestjs-background-http-kit';
import { problemOf, TooManyFailuresError, TooManyItemsError } from '../errors/index.js';
import { type Job, listItems, type ListedItem } from '../model/index.js';
import type { JobEnd, JobStore, Progress } from '../store/job-store.js';
import type { ItemWorker, ItemWorkerContext } from './item-worker.js';
import type { Limiter } from './limiter.js';
import type { ProgressNotices } from './progress-notices.js';

/** Why a run stops before its job is over. */
export type Interruption = 'drain' | 'cancel' | 'lost' | 'too-many-failures' | 'store-failed';

/** Failed items of one run that are warned of. */
const MOST_FAILURES_SAID = 20;

/** One run of one job on this replica: from where the ledger says it is to its end, or to where it has to stop. */
export class JobRun {
  /** Each of its items may wait with it. */
  readonly #stop = abortController();
  readonly #log: LibraryLog;
  #progress: Progress;
  #failures = 0;
  #storeError: unknown;

  constructor(
    private readonly context: ItemWorkerContext & { readonly store: JobStore; readonly places: Limiter },
    private readonly job: Job,
    private readonly run: number,
    private readonly items: ItemWorker,
    private readonly notices: ProgressNotices,
  ) {
    this.#progress = job;
    this.#log = new LibraryLog(context.logger);
  }

  /** Ends the run: no further item starts, and those that run are told. */
  interrupt(why: Interruption): void {
    this.#stop.abort(why);
  }

  /** How far it got. */
  get progress(): Progress {
    return this.#progress;
  }

  /**
   * @param listed what the ledger has left; `undefined`: the items have not been listed
   * @throws JobStoreError if the store does not answer: the job has to be run again
   */
  async toEnd(listed: readonly ListedItem[] | undefined): Promise<Job | 'lost'> {
    try {
      return await this.#toEnd(listed);
    } finally {
      this.notices.close();
    }
  }

  async #toEnd(listed: readonly ListedItem[] | undefined): Promise<Job | 'lost'> {
    let end: JobEnd;
    try {
      end = await this.#work(listed);
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
      const why = this.#stop.signal.reason as Interruption;
      switch (why) {
        case 'lost':
          return 'lost';
        case 'store-failed':
          throw this.#storeError;
        case 'drain':
          return this.#store.yield(this.job.id, this.run, this.#now());
        case 'cancel':
          end = { state: 'cancelled', error: null };
          break;
        case 'too-many-failures':
          end = this.#tooMany();
      }
    }
    return this.#store.finish(this.job.id, this.run, end, this.#now());
  }

  async #work(listed: readonly ListedItem[] | undefined): Promise<JobEnd> {
    // A drain may have begun before the run did.
    this.#stop.signal.throwIfAborted();
    if (listed) {
      await this.#workOff(listed);
      return this.#end();
    }
    let items: readonly ListedItem[];
    try {
      items = await this.#unlessStopped(this.#list());
    } catch (error) {
      this.#stop.signal.throwIfAborted();
      // Without its items there is nothing to go on with.
      return { state: 'failed', error: problemOf(error) };
    }
    const reply = await this.#store.listItems(this.job.id, this.run, items, this.#now());
    if (reply === 'lost') this.#abandon('lost');
    else this.#progress = reply;
    this.notices.got();
    await this.#workOff(items);
    return this.#end();
  }

  /** A list that does not come holds nothing up: whoever cancels or drains does not wait for it, and what it brings later is dropped. */
  #unlessStopped<Result>(work: Promise<Result>): Promise<Result> {
    const { signal } = this.#stop;
    return new Promise((resolve, reject) => {
      const stop = onAbort(signal, () => reject(new Error(String(signal.reason))));
      work.finally(() => stop()).then(resolve, reject);
    });
  }

  async #list(): Promise<readonly ListedItem[]> {
    const { handler, options } = this.context;
    const { maxItems, maxItemSize } = options;
    const found: unknown[] = [];
    for await (const item of await handler.items(this.job.request)) {
      this.#stop.signal.throwIfAborted();
      if (found.length === maxItems) throw new TooManyItemsError(maxItems);
      found.push(item);
    }
    return listItems(found, handler.itemKey && ((item) => this.#keyOf(item)), maxItemSize);
  }

  /** A promise is no key, and its rejection is nobody's but ours. */
  #keyOf(item: unknown): string {
    const key = this.context.handler.itemKey?.(item) as string;
    if (typeof key !== 'string') callGuest(() => key);
    return key;
  }

  /** As many at a time as may be; each frees its place when its outcome is in the ledger, so that a kill repeats no more than these. */
  async #workOff(pending: readonly ListedItem[]): Promise<void> {
    const left = pending[Symbol.iterator]();
    const lane = async () => {
      for (const item of left) {
        await this.context.places.enter(this.#stop.signal);
        try {
          await this.#one(item);
        } finally {
          this.context.places.leave();
        }
      }
    };
    const guarded = () =>
      lane().catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        // The other lanes must not go on against a store that does not answer.
        this.#storeError = error;
        this.interrupt('store-failed');
      });
    await Promise.all(Array.from({ length: this.context.options.concurrency }, guarded));
    this.#stop.signal.throwIfAborted();
  }

  async #one(item: ListedItem): Promise<void> {
    const { id } = this.job;
    const { signal } = this.#stop;
    const outcome = await this.items.workOff(item, signal);
    if (outcome.status === 'failed') this.#tellFailed(item.key, outcome.error);
    const reply = await this.#store.settle(id, this.run, item.key, outcome, this.#now());
    if (reply === 'lost') return this.#abandon('lost');
    if (reply.revision > this.#progress.revision) this.#progress = reply;
    this.notices.got();
    if (reply.cancelRequestedAt !== null) return this.#abandon('cancel');
    const { maxFailures } = this.context.options;
    if (maxFailures !== undefined && reply.counts.failed > maxFailures) this.#abandon('too-many-failures');
  }

  /** One line each would bury the log where all of a large job fails: its ledger has them all. */
  #tellFailed(key: string, { title, detail = '' }: Problem): void {
    this.#failures += 1;
    const line = `Item ${key} of job ${this.job.id} failed: ${title}: ${detail}`;
    if (this.#failures > MOST_FAILURES_SAID) return this.#log.debug(line);
    this.#log.warn(this.#failures < MOST_FAILURES_SAID ? line : `${line} (further ones at debug level)`);
  }

  #abandon(why: Interruption): never {
    this.interrupt(why);
    throw new Error(why);
  }

  #end(): JobEnd {
    const { completed, failed, skipped } = this.#progress.counts;
    const settled = completed + failed + skipped;
    const { failureRatio } = this.context.options;
    if (failed > 0 && failed / settled > failureRatio) return this.#tooMany();
    return { state: 'completed', error: null };
  }

  #tooMany(): JobEnd {
    const { completed, failed, skipped } = this.#progress.counts;
    const { maxFailures, failureRatio } = this.context.options;
    const bound =
      maxFailures !== undefined && failed > maxFailures ? `${maxFailures}` : `${failureRatio * 100} %`;
    const error = new TooManyFailuresError(failed, completed + failed + skipped, bound);
    return { state: 'failed', error: problemOf(error) };
  }

  get #store(): JobStore {
    return this.context.store;
  }

  #now(): number {
    return Math.round(this.context.clock.wall());
  }
}
