import type { Clock } from 'nestjs-background-services/store';
import type { Job, JobCounts } from '../model/index.js';
import type { JobObserver } from '../service/job-observer.js';
import type { Progress } from '../store/job-store.js';

/** A job that runs on this replica, as its card in the fleet's view shows it. */
export interface RunningJob {
  readonly id: string;
  readonly type: string;
  readonly counts: JobCounts;
  /** 0 to 100. */
  readonly percentage: number;
  /** How much longer it takes at the pace of this run, ms; `null`: nothing is settled yet, so nobody can say. */
  readonly remaining: number | null;
}

/** How jobs ended on this replica, since its boot. */
export interface EndedJobs {
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

interface Run {
  readonly job: Job;
  readonly began: number;
  /** Items that earlier runs had settled say nothing of this one's pace. */
  readonly before: number;
  progress: Progress;
}

/** Keeps count of what runs on this replica, from what its runs tell. */
export class RunningJobs implements JobObserver {
  readonly #runs = new Map<string, Run>();
  readonly #ends = { completed: 0, failed: 0, cancelled: 0 };

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  get size(): number {
    return this.#runs.size;
  }

  get ends(): EndedJobs {
    return { ...this.#ends };
  }

  started(job: Job): void {
    const began = this.clock.monotonic();
    this.#runs.set(keyOf(job), { job, began, before: settledOf(job.counts), progress: job });
  }

  progressed(job: Job, progress: Progress): void {
    const run = this.#runs.get(keyOf(job));
    if (run) run.progress = progress;
  }

  ended(job: Job): void {
    const { state } = job;
    this.#runs.delete(keyOf(job));
    if (state === 'completed' || state === 'failed' || state === 'cancelled') this.#ends[state] += 1;
  }

  lost(job: Job): void {
    this.#runs.delete(keyOf(job));
  }

  /** @param most how many at most, the oldest first */
  list(most: number): readonly RunningJob[] {
    return [...this.#runs.values()].slice(0, most).map((run) => ({
      id: run.job.id,
      type: run.job.type,
      counts: run.progress.counts,
      percentage: run.progress.percentage,
      remaining: this.#remaining(run),
    }));
  }

  #remaining({ began, before, progress: { counts } }: Run): number | null {
    const settled = settledOf(counts);
    if (counts.total === null || settled === before) return null;
    const each = (this.clock.monotonic() - began) / (settled - before);
    return Math.round(each * (counts.total - settled));
  }
}

function settledOf({ completed, failed, skipped }: JobCounts): number {
  return completed + failed + skipped;
}

/** A replica may take a job up again before it knows that an earlier run of it was lost. */
function keyOf({ id, run }: Job): string {
  return `${id}/${run}`;
}
