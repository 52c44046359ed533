import type { RunObserver } from '../execution/job-executor.js';
import type { Job } from '../model/index.js';

/** What happens to jobs on this replica. All members are optional; what they throw, or reject with, is contained. */
export interface JobObserver extends Partial<RunObserver> {
  /** Submitted here. */
  submitted?(job: Job): void;
}
