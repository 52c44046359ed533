import type { BackgroundEvents } from 'nestjs-background-services';
import type { Job, JobCounts, JobState } from '../model/index.js';
import type { JobObserver } from '../service/job-observer.js';

interface OfJob {
  /** Its id. */
  readonly job: string;
  /** Its type, as `@BackgroundJob` names it. */
  readonly jobType: string;
}

declare module 'nestjs-background-services' {
  interface BackgroundEventMap {
    /** A job was taken on by this replica. */
    readonly 'job-submitted': OfJob;
    /** This replica begins a job, or takes it up where another one left it. */
    readonly 'job-started': OfJob & {
      /** Counts the runs of the job, on all replicas, from 1. */
      readonly run: number;
    };
    /** A run ended here; `pending`: the job was given back, for another replica to go on with. */
    readonly 'job-ended': OfJob & {
      readonly state: JobState;
      readonly counts: JobCounts;
      /** From the submission, ms. */
      readonly age: number;
    };
  }
}

/** Tells the app's listeners what happens to jobs. */
export function toEvents(events: BackgroundEvents): JobObserver {
  return {
    submitted: (job) => events.emit({ type: 'job-submitted', ...nameOf(job) }),
    started: (job) => events.emit({ type: 'job-started', ...nameOf(job), run: job.run }),
    ended: (job) => {
      const { state, counts, updatedAt, createdAt } = job;
      events.emit({ type: 'job-ended', ...nameOf(job), state, counts, age: updatedAt - createdAt });
    },
  };
}

function nameOf({ id, type }: Job): OfJob {
  return { job: id, jobType: type };
}
