import { Logger } from '@nestjs/common';
import { callGuest, describeError, LibraryLog } from 'nestjs-background-http-kit';
import type { RunObserver } from '../execution/job-executor.js';
import type { Job } from '../model/index.js';
import type { Progress } from '../store/job-store.js';
import { JobLog } from './job-log.js';
import type { JobObserver } from './job-observer.js';

/** Tells whoever wants to know: health, metrics, events. */
export class JobObservers implements RunObserver {
  readonly #logger = new LibraryLog(new Logger('BackgroundJobs'));
  readonly #observers = new Set<JobObserver>([new JobLog(this.#logger)]);

  /** Returns what ends it. */
  add(observer: JobObserver): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  submitted(job: Job): void {
    this.#tell((observer) => observer.submitted?.(job));
  }

  started(job: Job): void {
    this.#tell((observer) => observer.started?.(job));
  }

  progressed(job: Job, progress: Progress): void {
    this.#tell((observer) => observer.progressed?.(job, progress));
  }

  ended(job: Job): void {
    this.#tell((observer) => observer.ended?.(job));
  }

  lost(job: Job): void {
    this.#tell((observer) => observer.lost?.(job));
  }

  #tell(what: (observer: JobObserver) => unknown): void {
    for (const observer of this.#observers) {
      callGuest(
        () => what(observer),
        (error) => {
          const { message, details } = describeError(error);
          this.#logger.error(`An observer of jobs failed: ${message}`, {}, details);
        },
      );
    }
  }
}
