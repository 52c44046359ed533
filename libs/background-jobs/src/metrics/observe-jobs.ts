import type { Registry } from 'prom-client';
import type { Job, JobCounts, JobObserver } from '../index.js';
import { Instruments } from './instruments.js';

const OUTCOMES = ['completed', 'failed', 'skipped'] as const;
const STATES = ['completed', 'failed', 'cancelled', 'interrupted'] as const;

const sharedOf = new WeakMap<Registry, Map<string, Instruments>>();

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
  /** What is counted already of each job that runs here. */
  const counted = new Map<string, JobCounts>();
  const count = ({ id, type }: Pick<Job, 'id' | 'type'>, counts: JobCounts) => {
    const before = counted.get(id);
    if (!before) return;
    for (const outcome of OUTCOMES)
      instruments.items.inc({ type, outcome }, Math.max(0, counts[outcome] - before[outcome]));
    counted.set(id, counts);
  };
  return {
    submitted: ({ type }) => instruments.submitted.inc({ type }),
    started: ({ id, type, counts }) => {
      counted.set(id, counts);
      instruments.running.inc({ type });
    },
    progressed: (job, { counts }) => count(job, counts),
    ended: (job) => {
      const { id, type, state, startedAt, finishedAt } = job;
      count(job, job.counts);
      if (counted.delete(id)) instruments.running.dec({ type });
      instruments.ended.inc({ type, state: state === 'pending' ? 'interrupted' : state });
      if (startedAt !== null && finishedAt !== null)
        instruments.duration.observe({ type }, Math.max(0, finishedAt - startedAt) / 1_000);
    },
  };
}
