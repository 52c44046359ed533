import type { WorkerStatus } from '../manager/index.js';
import type { CircuitState, ErrorRecord, WorkerCounts } from '../workers/index.js';
import { type Judgement, percent, type Verdict } from './verdict.js';

/** One worker in the health body. Times are ISO 8601. */
export interface WorkerHealth extends Pick<WorkerCounts, 'iterations' | 'errors' | 'skipped'> {
  readonly status: Verdict;
  /** Why it is degraded. */
  readonly reasons?: readonly string[];
  readonly role: WorkerStatus['role'];
  /** Instance id of the leader, as far as this replica has seen. */
  readonly leader: string | null;
  readonly key: string;
  readonly schedule: string;
  /** Whether it is started here and this replica leads. */
  readonly running: boolean;
  readonly circuitBreaker: CircuitState;
  /** When an open circuit breaker lets a probe through. */
  readonly retryAt?: string;
  /** Errors since boot, e.g. `"0.25%"`. */
  readonly errorRate: string;
  readonly lastStartAt: string | null;
  readonly lastSuccessAt: string | null;
  readonly nextRunAt: string | null;
  /** With `exposeErrors` only. */
  readonly recentErrors?: readonly ErrorRecord[];
}

export function workerHealth(
  worker: WorkerStatus,
  { status, reasons }: Judgement,
  { exposeErrors }: { readonly exposeErrors: boolean },
): WorkerHealth {
  const { metrics, circuitBreaker } = worker;
  return {
    status,
    ...(reasons.length > 0 ? { reasons } : {}),
    role: worker.role,
    leader: worker.leader ?? null,
    key: worker.key,
    schedule: worker.schedule,
    running: worker.role === 'leader' && worker.mode === 'started',
    circuitBreaker: circuitBreaker.state,
    ...(circuitBreaker.retryAt ? { retryAt: circuitBreaker.retryAt.toISOString() } : {}),
    iterations: metrics.iterations,
    errors: metrics.errors,
    skipped: metrics.skipped,
    errorRate: percent(metrics.errorRate),
    lastStartAt: metrics.lastStartAt?.toISOString() ?? null,
    lastSuccessAt: metrics.lastSuccessAt?.toISOString() ?? null,
    nextRunAt: worker.nextRunAt?.toISOString() ?? null,
    ...(exposeErrors ? { recentErrors: metrics.recentErrors } : {}),
  };
}
