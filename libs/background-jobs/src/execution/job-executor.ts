import { Logger } from '@nestjs/common';
import type { Clock, Random, Timer } from 'nestjs-background-services/store';
import { callGuest, inBackground, LibraryLog, onAbort } from 'nestjs-background-http-kit';
import type { JobDeclaration } from '../decorators/background-job.js';
import type { JobHandler } from '../decorators/job-handler.js';
import type { Job } from '../model/index.js';
import type { JobNotice, JobStore, Progress, Run } from '../store/job-store.js';
import { OnceAMinute } from '../store/once-a-minute.js';
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
  /** The run stopped here without an end: a newer run has the job, or the store does not answer. @param job as it was when it started */
  lost(job: Job): void;
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
  readonly #runs = new Map<string, { readonly jobRun: JobRun; readonly begun: Job }>();
  readonly #beginning = new Map<string, { cancelledAt: number }>();
  readonly #rates = new Map<string, RateLimit>();
  readonly #logger = new LibraryLog(new Logger('BackgroundJobs'));

  readonly #said: OnceAMinute;

  constructor(private readonly context: ExecutorContext) {
    this.#said = new OnceAMinute(() => context.clock.wall());
  }

  /** How many jobs run here now. */
  get running(): number {
    return this.#runs.size;
  }

  /** Runs a job to its end, or until the signal says `drain`. @throws JobStoreError if the store does not answer: then it has to be run again */
  async execute(id: string, signal: AbortSignal): Promise<'over' | 'interrupted'> {
    const { store, find, clock, observer } = this.context;
    if (signal.aborted) return 'interrupted';
    const begun = await this.#begin(id);
    if (typeof begun === 'string') return 'over';
    const { job, run, pending } = begun;
    const registered = find(job.type);
    if (!registered) {
      // Another version of the app has it: it is given back for a replica that knows the type.
      const line = `Job ${id} is of type "${job.type}", which this replica does not know; it waits for one that does`;
      // It comes back every few seconds, for as long as nobody knows it.
      if (this.#said.isDue(line)) this.#logger.warn(line);
      await store.yield(id, run, Math.round(clock.wall()));
      return 'over';
    }
    const jobRun = this.#open(registered, job, run);
    const entry = { jobRun, begun: job };
    this.#runs.set(id, entry);
    const stopWatching = this.#watchCancel(job, jobRun);
    observer.started(job);
    // The drain may have begun, or the end may have been asked for, while the store was asked.
    const stopListening = onAbort(signal, () => jobRun.interrupt('drain'));
    if (begun.cancelledAt > job.revision) jobRun.interrupt('cancel');
    let end: Job | 'lost' = 'lost';
    try {
      end = await jobRun.toEnd(pending);
      return end !== 'lost' && end.state === 'pending' ? 'interrupted' : 'over';
    } finally {
      stopWatching();
      stopListening();
      if (this.#runs.get(id) === entry) this.#runs.delete(id);
      if (end === 'lost') observer.lost(job);
      else observer.ended(end);
    }
  }

  /** A notice that is older than the run is about an earlier one, of a job that was retried since. */
  onNotice({ id, revision, cancel }: JobNotice): void {
    const beginning = this.#beginning.get(id);
    if (cancel && beginning) beginning.cancelledAt = Math.max(beginning.cancelledAt, revision);
    const entry = this.#runs.get(id);
    if (entry && cancel && revision > entry.begun.revision) entry.jobRun.interrupt('cancel');
  }

  /** Takes a job up. `cancelledAt`: the revision of which its end was told meanwhile; 0: it was not. */
  async #begin(id: string): Promise<(Run & { readonly cancelledAt: number }) | 'over' | 'unknown'> {
    const beginning = { cancelledAt: 0 };
    this.#beginning.set(id, beginning);
    try {
      const begun = await this.context.store.begin(id, Math.round(this.context.clock.wall()));
      return typeof begun === 'string' ? begun : { ...begun, ...beginning };
    } finally {
      if (this.#beginning.get(id) === beginning) this.#beginning.delete(id);
    }
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
      callGuest(() => store.announce(job.id));
    });
    const jobRun: JobRun = new JobRun(context, job, run, items, notices);
    return jobRun;
  }

  /** Returns what ends it. An answer that comes late cannot end a later run: it is told to this one. */
  #watchCancel({ id, run }: Job, jobRun: JobRun): () => void {
    const { store, clock } = this.context;
    let timer: Timer | undefined;
    let state: 'watching' | 'over' = 'watching';
    const look = async () => {
      try {
        const job = await store.get(id);
        if (job?.run === run && job.cancelRequestedAt !== null) jobRun.interrupt('cancel');
      } catch {
        // It is looked at again in a moment.
      }
      again();
    };
    const again = () => {
      if (state === 'watching') timer = clock.setTimeout(() => inBackground(look()), CANCEL_CHECK);
    };
    again();
    return () => {
      state = 'over';
      timer?.cancel();
    };
  }
}
