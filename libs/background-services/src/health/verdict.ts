import type { WorkerStatus } from '../manager/index.js';

/** `standby` is healthy: this replica is not the one to run it. `disabled`: declared so. */
export type Verdict = 'healthy' | 'degraded' | 'standby' | 'disabled';

export interface Judgement {
  readonly status: Verdict;
  /** Why it is degraded, for people. */
  readonly reasons: readonly string[];
}

/** An iteration may always run this long before it counts as stalled, ms. */
const SHORTEST_STALL = 60_000;
/** A run may always be overdue by this much before it counts as stalled, ms. */
const SHORTEST_OVERDUE = 5_000;

/** Judges one worker on this replica. Only a leader's worker can be degraded. */
export function judge(worker: WorkerStatus, maxErrorRate: number, now: number): Judgement {
  if (worker.disabled) return { status: 'disabled', reasons: [] };
  if (worker.role !== 'leader') return { status: 'standby', reasons: [] };
  const reasons = [
    breakerReason(worker),
    errorReason(worker, maxErrorRate),
    modeReason(worker),
    stallReason(worker, now),
  ];
  const found = reasons.filter((reason) => reason !== undefined);
  return { status: found.length > 0 ? 'degraded' : 'healthy', reasons: found };
}

function breakerReason({ circuitBreaker: { state } }: WorkerStatus): string | undefined {
  return state === 'open' || state === 'forced-open' ? `circuit breaker ${state}` : undefined;
}

function errorReason({ metrics }: WorkerStatus, maxErrorRate: number): string | undefined {
  if (metrics.recentErrorRate <= maxErrorRate) return undefined;
  return `error rate ${percent(metrics.recentErrorRate)} over ${percent(maxErrorRate)}`;
}

function modeReason({ mode }: WorkerStatus): string | undefined {
  return mode === 'started' ? undefined : mode === 'paused' ? 'paused' : 'not running';
}

function stallReason(worker: WorkerStatus, now: number): string | undefined {
  const { runningFor, nextRunAt, period } = worker;
  if (runningFor !== undefined) {
    const limit =
      worker.stallAfter ?? (period === undefined ? Infinity : Math.max(3 * period, SHORTEST_STALL));
    return runningFor > limit ? `stalled: running for ${Math.round(runningFor / 1000)} s` : undefined;
  }
  const overdue = nextRunAt === undefined ? 0 : now - nextRunAt.getTime();
  const tolerated = Math.max(period ?? 0, SHORTEST_OVERDUE);
  return overdue > tolerated ? `stalled: overdue for ${Math.round(overdue / 1000)} s` : undefined;
}

/** `0.25%`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
