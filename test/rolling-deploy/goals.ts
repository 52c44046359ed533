import { percentile } from '../bench/support/statistics.js';
import type { Goal } from '../support/goal.js';
import { duplicatesOf, type Gap, gapsOf, type Iteration, type Schedule } from './iterations.js';

/** By how much clocks, timers and rounding may be off, ms. */
const TOLERANCE = 100;

export interface Observed {
  readonly requests: number;
  readonly failures: readonly string[];
  readonly iterations: readonly Iteration[];
  readonly schedules: ReadonlyMap<string, Schedule>;
  readonly replaced: number;
  /** How much longer than its interval a worker may be without a run, ms. */
  readonly slack: number;
}

/** What a rolling update is held to. A worker that had no occasion to run has no gap. */
export function goalsOf(observed: Observed): readonly Goal[] {
  const { requests, failures, iterations, schedules, replaced, slack } = observed;
  const workers = [...schedules].map(([name, schedule]) => {
    const own = iterations.filter(({ worker }) => worker === name);
    return {
      name,
      schedule,
      gaps: gapsOf(own, schedule),
      duplicates: duplicatesOf(own, schedule, TOLERANCE).length,
    };
  });
  const terms = new Set(iterations.map(({ key, token }) => `${key} ${token}`)).size;
  const keys = new Set(iterations.map(({ key }) => key)).size;
  return [
    { name: 'replicas replaced', figure: replaced, atLeast: 3 },
    { name: 'HTTP requests', figure: requests, atLeast: 500 },
    { name: 'HTTP requests that failed', figure: failures.length, atMost: 0 },
    { name: 'hand-overs of a lease', figure: terms - keys, atLeast: 1 },
    ...workers
      .filter(({ gaps }) => gaps.length > 0)
      .map(({ name, schedule, gaps }) => ({
        name: `gap of ${name} (${describe(schedule)}), p99 of ${gaps.length}`,
        figure: percentile(
          gaps.map(({ length }) => length),
          0.99,
        ),
        unit: 'ms',
        atMost: longestGap(schedule) + slack,
      })),
    {
      name: 'iterations run twice',
      figure: workers.reduce((sum, { duplicates }) => sum + duplicates, 0),
      atMost: 0,
    },
  ];
}

/** The gaps that are longer than they may be. */
export function longGaps({ iterations, schedules, slack }: Observed): readonly Gap[] {
  return [...schedules].flatMap(([name, schedule]) =>
    gapsOf(
      iterations.filter(({ worker }) => worker === name),
      schedule,
    ).filter(({ length }) => length > longestGap(schedule) + slack),
  );
}

function longestGap(schedule: Schedule): number {
  return schedule.kind === 'interval' ? schedule.every : 0;
}

function describe(schedule: Schedule): string {
  return schedule.kind === 'interval' ? `every ${schedule.every} ms` : schedule.kind;
}
