import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { Timer } from 'nestjs-background-services/store';
import { callGuest, describeError, inBackground, LibraryLog, within } from 'nestjs-background-http-kit';
import type { JobEngine } from './engine/job-engine.js';
import { JobExecutor } from './execution/job-executor.js';
import { JobOperation } from './operation/job-operation.js';
import type { ResolvedOptions } from './options/index.js';
import { JobFollowers } from './service/job-followers.js';
import { JobRegistry } from './service/job-registry.js';
import type { JobStore } from './store/job-store.js';
import { JOB_ENGINE, JOB_STORE, RESOLVED_OPTIONS } from './tokens.js';

/** How often what the queue lost is put back, and what is past its retention removed, ms. */
const ROUND = 10_000;
/** What is put back in one round. */
const MOST = 200;
/** A store that does not close by then is not waited for, ms. */
const CLOSE_PATIENCE = 10_000;

/** Ties the jobs to the app's life: found at init, run from bootstrap on, drained before anything that they use is destroyed. */
@Injectable()
export class JobsLifecycle implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new LibraryLog(new Logger('BackgroundJobs'));
  /** Why the latest run could not go on; empty: it could. */
  #trouble = '';
  #timer: Timer | undefined;
  #state: 'open' | 'closed' = 'open';
  #unsubscribe: () => void = () => undefined;

  constructor(
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(JOB_STORE) private readonly store: JobStore,
    @Inject(JOB_ENGINE) private readonly engine: JobEngine,
    @Inject(JobRegistry) private readonly registry: JobRegistry,
    @Inject(JobExecutor) private readonly executor: JobExecutor,
    @Inject(JobFollowers) private readonly followers: JobFollowers,
    @Inject(JobOperation) private readonly operation: JobOperation,
  ) {}

  onModuleInit(): void {
    this.registry.explore();
    if (!this.store.durable)
      this.#logger.log('Jobs are kept in memory (durable: false): they end with this process');
  }

  async onApplicationBootstrap(): Promise<void> {
    // An app that was closed while it booted goes on booting. Whatever is awaited here, it may be closed afterwards.
    if (this.#isClosed()) return;
    const unsubscribe = await this.#subscribe();
    if (this.#isClosed()) return unsubscribe();
    this.#unsubscribe = unsubscribe;
    const { concurrency } = this.options;
    if (concurrency > 0 && this.registry.types.length > 0)
      await this.engine.start((id, signal) => this.#run(id, signal), concurrency);
    if (!this.#isClosed()) inBackground(this.#tidy());
  }

  /** Nothing that fails or hangs on the way out keeps the rest from being closed. */
  async onModuleDestroy(): Promise<void> {
    this.#state = 'closed';
    this.#timer?.cancel();
    this.followers.close();
    await this.#drain();
    callGuest(this.#unsubscribe);
    if (!(await this.#closed('The job store', () => this.store.close(), CLOSE_PATIENCE)))
      this.#logger.warn(`The job store did not close within ${CLOSE_PATIENCE} ms`);
  }

  /** What ends a run is a store that does not answer: it is run again soon, again and again, and said once a while of trouble. */
  async #run(id: string, signal: AbortSignal): Promise<'over' | 'interrupted'> {
    try {
      const end = await this.executor.execute(id, signal);
      this.#trouble = '';
      return end;
    } catch (error) {
      const { message } = describeError(error);
      if (message !== this.#trouble)
        this.#logger.warn(`Job ${id} could not be run, and is tried again: ${message}`);
      this.#trouble = message;
      throw error;
    }
  }

  async #subscribe(): Promise<() => void> {
    try {
      return await this.store.subscribe((notice) => {
        this.executor.onNotice(notice);
        this.followers.onNotice(notice);
      });
    } catch (error) {
      // A store that was closed meanwhile is no reason for the boot to fail.
      if (!this.#isClosed()) throw error;
      return () => undefined;
    }
  }

  /** Running items are waited for, up to the drain timeout; what still runs then is run again by whoever takes the job up. */
  async #drain(): Promise<void> {
    const { drainTimeout } = this.options;
    if (!(await this.#closed('The queue', () => this.engine.close(), drainTimeout)))
      this.#logger.error(`${this.executor.running} jobs did not stop within ${drainTimeout} ms`);
  }

  /** Whether it was over in time, well or badly. */
  #closed(what: string, close: () => Promise<void>, patience: number): Promise<boolean> {
    const closing = (async () => close())();
    const over = closing.catch((error: unknown) =>
      this.#logger.warn(`${what} could not be closed: ${describeError(error).message}`),
    );
    return within(this.options.clock, patience, over);
  }

  async #tidy(): Promise<void> {
    try {
      for (const id of await this.store.active(MOST, this.registry.types)) {
        if (this.#isClosed()) return;
        await this.engine.enqueue(id);
      }
      if (this.#isClosed()) return;
      await this.store.expire(Math.round(this.options.clock.wall()));
      this.operation.onRound(true);
    } catch (error) {
      // What is asked of a store that is being closed fails.
      if (this.#isClosed()) return;
      this.operation.onRound(false);
      this.#logger.debug(`What the queue lost could not be put back: ${describeError(error).message}`);
    }
    if (!this.#isClosed())
      this.#timer = this.options.clock.setTimeout(() => inBackground(this.#tidy()), ROUND);
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
