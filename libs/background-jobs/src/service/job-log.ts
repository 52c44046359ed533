import type { LineLogger } from 'nestjs-background-http-kit';
import { isFinal, type Job, type JobCounts } from '../model/index.js';
import type { Progress } from '../store/job-store.js';
import type { JobObserver } from './job-observer.js';

/** Writes what happens to jobs on this replica into the app's log. */
export class JobLog implements JobObserver {
  /** Jobs that were taken up before their items were listed. */
  readonly #unlisted = new Set<string>();

  constructor(private readonly log: LineLogger) {}

  submitted(job: Job): void {
    this.log.log(`${nameOf(job)} was submitted`);
  }

  started(job: Job): void {
    const { counts, run } = job;
    if (counts.total === null) this.#unlisted.add(job.id);
    else
      this.log.log(
        `${nameOf(job)} goes on with run ${run}: ${settledOf(counts)}/${counts.total} items are settled`,
      );
  }

  progressed(job: Job, { counts, percentage }: Progress): void {
    if (counts.total === null) return;
    if (this.#unlisted.delete(job.id)) this.log.log(`${nameOf(job)} started with ${counts.total} items`);
    this.log.debug(`${nameOf(job)}: ${settledOf(counts)}/${counts.total} items, ${percentage} %`);
  }

  ended(job: Job): void {
    const { state, counts, error } = job;
    this.#unlisted.delete(job.id);
    const how = `${counts.completed} completed, ${counts.skipped} skipped, ${counts.failed} failed of ${counts.total ?? '?'} items`;
    if (!isFinal(state)) this.log.log(`${nameOf(job)} was given back for another replica: ${how}`);
    else if (state === 'failed')
      this.log.error(`${nameOf(job)} failed: ${error?.detail ?? 'no reason'} (${how})`);
    else this.log.log(`${nameOf(job)} is ${state}: ${how}`);
  }

  lost(job: Job): void {
    this.#unlisted.delete(job.id);
    this.log.warn(`${nameOf(job)} goes on elsewhere: run ${job.run} ended here`);
  }
}

function nameOf({ id, type }: Job): string {
  return `Job ${id} (${type})`;
}

function settledOf({ completed, failed, skipped }: JobCounts): number {
  return completed + failed + skipped;
}
