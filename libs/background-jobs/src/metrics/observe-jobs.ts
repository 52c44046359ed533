import { shared } from 'nestjs-background-http-kit';
import type { Registry } from 'prom-client';
import type { Job, JobCounts, JobObserver } from '../index.js';
import { Instruments } from './instruments.js';

const OUTCOMES = ['completed', 'failed', 'skipped'] as const;
const STATES = ['completed', 'failed', 'cancelled', 'interrupted'] as const;

const sharedOf = shared('jobs:metrics', () => new WeakMap<Registry, Map<string, Instruments>>());

/** The metrics of a registry, made once: apps of one process can share it. */
export function instrumentsOf(registry: Registry, prefix: string): Instruments {
  const byPrefix = sharedOf.get(registry) ?? new Map<string, Instruments>();
  sharedOf.set(registry, byPrefix);
  const existing = byPrefix.get(prefix);
  if (existing?.isRegistered) return existing;
  const instruments = new Instruments(registry, prefix);
  byPrefix.set(prefix, instruments);
  return instruments;
}

/** A counter that appears with its first event hides that event from `increase()`. */
export function startAtZero(instruments: Instruments, types: readonly string[]): void {
  for (const type of types) {
    instruments.submitted.inc({ type }, 0);
    instruments.running.inc({ type }, 0);
    for (const state of STATES) instruments.ended.inc({ type, state }, 0);
    for (const outcome of OUTCOMES) instruments.items.inc({ type, outcome }, 0);
  }
}

/** Counts what happens to jobs on this replica. */
export function observeJobs(instruments: Instruments): JobObserver {
  /** What is counted already of each run here. */
  const counted = new Map<string, JobCounts>();
  const count = (job: Job, counts: JobCounts) => {
    const { type } = job;
    const before = counted.get(keyOf(job));
    if (!before) return;
    for (const outcome of OUTCOMES)
      instruments.items.inc({ type, outcome }, Math.max(0, counts[outcome] - before[outcome]));
    counted.set(keyOf(job), counts);
  };
  const stop = (job: Job) => {
    if (counted.delete(keyOf(job))) instruments.running.dec({ type: job.type });
  };
  return {
    submitted: ({ type }) => instruments.submitted.inc({ type }),
    started: (job) => {
      counted.set(keyOf(job), job.counts);
      instruments.running.inc({ type: job.type });
    },
    progressed: (job, { counts }) => count(job, counts),
    ended: (job) => {
      const { type, state, startedAt, finishedAt } = job;
      count(job, job.counts);
      stop(job);
      instruments.ended.inc({ type, state: state === 'pending' ? 'interrupted' : state });
      if (startedAt !== null && finishedAt !== null)
        instruments.duration.observe({ type }, Math.max(0, finishedAt - startedAt) / 1_000);
    },
    lost: stop,
  };
}

/** A replica may take a job up again before it knows that an earlier run of it was lost. */
function keyOf({ id, run }: Job): string {
  return `${id}/${run}`;
}
