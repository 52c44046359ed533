/** Why a run has to stop. */
export type StopReason = 'drain' | 'lost';

/** Runs one job to its end, or until the signal aborts with a `StopReason`. Resolves with whether the job has to be run again. */
export type RunJob = (id: string, signal: AbortSignal) => Promise<'over' | 'interrupted'>;

/**
 * Decides which replica runs which job, and when. It knows ids only; what a job is, and how far it got, is the store's. A job may be given to two
 * replicas at once after a pause or a partition: the store's `run` refuses the older one.
 */
export interface JobEngine {
  /** Queues a job; of one that is queued or running nothing changes. */
  enqueue(id: string): Promise<void>;

  /** Starts to run jobs here, at most `concurrency` at a time. */
  start(run: RunJob, concurrency: number): Promise<void>;

  /** Takes no more jobs, stops those that run here with `drain`, puts them back at the head of the queue, and closes. */
  close(): Promise<void>;
}
