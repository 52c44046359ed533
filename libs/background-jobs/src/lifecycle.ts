import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { Timer } from 'nestjs-background-services';
import type { JobEngine } from './engine/index.js';
import { JobExecutor } from './execution/index.js';
import { JobOperation } from './operation/index.js';
import type { ResolvedOptions } from './options.js';
import { JobFollowers, JobRegistry } from './service/index.js';
import type { JobStore } from './store/index.js';
import { JOB_ENGINE, JOB_STORE, RESOLVED_OPTIONS } from './tokens.js';

/** How often what the queue lost is put back, and what is past its retention removed, ms. */
const ROUND = 10_000;
/** What is put back in one round. */
const MOST = 200;

/** Ties the jobs to the app's life: found at init, run from bootstrap on, drained before anything that they use is destroyed. */
@Injectable()
export class JobsLifecycle implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger('BackgroundJobs');
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
    this.#unsubscribe = await this.store.subscribe((notice) => {
      this.executor.onNotice(notice);
      this.followers.onNotice(notice);
    });
    const { concurrency } = this.options;
    if (concurrency > 0 && this.registry.types.length > 0)
      await this.engine.start((id, signal) => this.executor.execute(id, signal), concurrency);
    void this.#tidy();
  }

  async onModuleDestroy(): Promise<void> {
    this.#state = 'closed';
    this.#timer?.cancel();
    this.followers.close();
    await this.#drain();
    this.#unsubscribe();
    await this.store.close();
  }

  /** Running items are waited for, up to the drain timeout; what still runs then is run again by whoever takes the job up. */
  async #drain(): Promise<void> {
    const { clock, drainTimeout } = this.options;
    const closing = this.engine
      .close()
      .catch((error: unknown) => this.#logger.warn(`The queue could not be closed: ${String(error)}`));
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(() => {
        this.#logger.error(`${this.executor.running} jobs did not stop within ${drainTimeout} ms`);
        resolve();
      }, drainTimeout);
      void closing.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  async #tidy(): Promise<void> {
    try {
      for (const id of await this.store.active(MOST)) {
        if (this.#isClosed()) return;
        await this.engine.enqueue(id);
      }
      await this.store.expire(Math.round(this.options.clock.wall()));
      this.operation.onRound(true);
    } catch (error) {
      this.operation.onRound(false);
      this.#logger.debug(`What the queue lost could not be put back: ${String(error)}`);
    }
    if (!this.#isClosed()) this.#timer = this.options.clock.setTimeout(() => void this.#tidy(), ROUND);
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
