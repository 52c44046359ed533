import { Logger } from '@nestjs/common';
import type { RunObserver } from '../execution/index.js';
import type { Job } from '../model/index.js';
import type { Progress } from '../store/index.js';

/** What happens to jobs on this replica. All members are optional; what they throw is contained. */
export interface JobObserver extends Partial<RunObserver> {
  /** Submitted here. */
  submitted?(job: Job): void;
}

/** Tells whoever wants to know: health, metrics, events. */
export class JobObservers implements RunObserver {
  readonly #observers = new Set<JobObserver>();
  readonly #logger = new Logger('BackgroundJobs');

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

  #tell(what: (observer: JobObserver) => void): void {
    for (const observer of this.#observers) {
      try {
        what(observer);
      } catch (error) {
        this.#logger.error(error);
      }
    }
  }
}
