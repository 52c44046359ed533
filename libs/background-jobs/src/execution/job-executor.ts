import { Logger } from '@nestjs/common';
import type { Clock, Random } from 'nestjs-background-services';
import type { JobDeclaration, JobHandler } from '../decorators/index.js';
import type { Job } from '../model/index.js';
import type { JobNotice, JobStore, Progress } from '../store/index.js';
import { ItemWorker } from './item-worker.js';
import { JobRun } from './job-run.js';
import type { Limiter } from './limiter.js';
import { ProgressNotices } from './progress-notices.js';
import { RateLimit } from './rate-limit.js';

/** How often a run looks whether its end was asked for, in case it did not hear of it, ms. */
const CANCEL_CHECK = 500;

/** A job type with the provider that works it off. */
export interface RegisteredJob extends JobDeclaration {
  readonly handler: JobHandler;
  /** Name of the class. */
  readonly place: string;
}

/** Told of what happens to jobs on this replica. Does not throw. */
export interface RunObserver {
  started(job: Job): void;
  progressed(job: Job, progress: Progress): void;
  /** In a final state, or given back. */
  ended(job: Job): void;
}

export interface ExecutorContext {
  readonly store: JobStore;
  readonly find: (type: string) => RegisteredJob | undefined;
  /** Of all jobs of the process together. */
  readonly places: Limiter;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: RunObserver;
}

/** Whether the request asks for everything anew, whatever is there. */
export const FORCE_REFRESH = 'forceRefresh';

/** Runs jobs on this replica. */
export class JobExecutor {
  readonly #runs = new Map<string, JobRun>();
  readonly #rates = new Map<string, RateLimit>();
  readonly #logger = new Logger('BackgroundJobs');

  constructor(private readonly context: ExecutorContext) {}

  /** How many jobs run here now. */
  get running(): number {
    return this.#runs.size;
  }

  /** Runs a job to its end, or until the signal says `drain`. @throws JobStoreError if the store does not answer: then it has to be run again */
  async execute(id: string, signal: AbortSignal): Promise<'over' | 'interrupted'> {
    const { store, find, clock, observer } = this.context;
    if (signal.aborted) return 'interrupted';
    const begun = await store.begin(id, Math.round(clock.wall()));
    if (typeof begun === 'string') return 'over';
    const { job, run, pending } = begun;
    const registered = find(job.type);
    if (!registered) {
      // Another version of the app has it: it is given back for a replica that knows the type.
      this.#logger.warn(
        `Job ${id} is of type "${job.type}", which this replica does not know; it waits for one that does`,
      );
      await store.yield(id, run, Math.round(clock.wall()));
      return 'over';
    }
    const jobRun = this.#open(registered, job, run);
    const drain = () => jobRun.interrupt('drain');
    signal.addEventListener('abort', drain, { once: true });
    this.#runs.set(id, jobRun);
    const check = this.#watchCancel(id);
    observer.started(job);
    try {
      const end = await jobRun.toEnd(pending);
      if (end !== 'lost') observer.ended(end);
      return end !== 'lost' && end.state === 'pending' ? 'interrupted' : 'over';
    } finally {
      check.stop();
      signal.removeEventListener('abort', drain);
      if (this.#runs.get(id) === jobRun) this.#runs.delete(id);
    }
  }

  onNotice({ id, cancel }: JobNotice): void {
    if (cancel) this.#runs.get(id)?.interrupt('cancel');
  }

  #open(registered: RegisteredJob, job: Job, run: number): JobRun {
    const { store, clock, random, places, observer } = this.context;
    const { handler, options, type } = registered;
    const rate = options.rateLimit && (this.#rates.get(type) ?? new RateLimit(clock, options.rateLimit));
    if (rate) this.#rates.set(type, rate);
    const logger = new Logger(type);
    const context = { handler, options, rate, clock, random, logger, store, places };
    const { [FORCE_REFRESH]: force } = Object(job.request) as { readonly [FORCE_REFRESH]?: unknown };
    const items = new ItemWorker(context, job, run, force === true);
    const notices = new ProgressNotices(clock, () => {
      observer.progressed(job, jobRun.progress);
      // A hint that is lost costs a client a moment.
      store.announce(job.id).catch(() => undefined);
    });
    const jobRun: JobRun = new JobRun(context, job, run, items, notices);
    return jobRun;
  }

  #watchCancel(id: string): { stop(): void } {
    const { store, clock } = this.context;
    let timer = clock.setTimeout(look, CANCEL_CHECK);
    const runs = this.#runs;
    let stopped = false;
    function look(): void {
      store.get(id).then(
        (job) => {
          if (job && job.cancelRequestedAt !== null) runs.get(id)?.interrupt('cancel');
        },
        () => undefined,
      );
      if (!stopped) timer = clock.setTimeout(look, CANCEL_CHECK);
    }
    return {
      stop() {
        stopped = true;
        timer.cancel();
      },
    };
  }
}
