import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { BackgroundServiceManager, WorkerStatus } from '../manager/index.js';
import type { CircuitState, ErrorRecord } from '../workers/index.js';
import type { HealthOptions } from './health-options.js';
import { judge, percent, type Verdict } from './verdict.js';

/** One worker in the health body. Times are ISO 8601. */
export interface WorkerHealth {
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
  readonly iterations: number;
  readonly errors: number;
  readonly skipped: number;
  /** Errors since boot, e.g. `"0.25%"`. */
  readonly errorRate: string;
  readonly lastStartAt: string | null;
  readonly lastSuccessAt: string | null;
  readonly nextRunAt: string | null;
  /** With `exposeErrors` only. */
  readonly recentErrors?: readonly ErrorRecord[];
}

/** Terminus knows `degraded` from 12 on. */
interface MildCheck<Key extends string> {
  up(details: object): HealthIndicatorResult<Key>;
  degraded?(details: object): HealthIndicatorResult<Key>;
}

/**
 * Health of the workers on this replica, for Terminus. It speaks of what this replica leads; a standby is healthy.
 *
 * Do not use it for liveness: a sick worker is no reason to restart the process, and a restart moves the leadership about.
 */
export class BackgroundHealthIndicator {
  constructor(
    private readonly manager: BackgroundServiceManager,
    private readonly indicators: HealthIndicatorService,
    private readonly options: HealthOptions,
    private readonly now: () => number,
  ) {}

  /**
   * `up` if no worker that this replica leads is degraded, else `down`; with `failOnDegraded: false` it is `degraded` where Terminus knows
   * that (12 and later), else `up`.
   * @param key the name in the health body
   */
  isHealthy<Key extends string = 'background'>(key = 'background' as Key): HealthIndicatorResult<Key> {
    const workers = this.workers();
    const degraded = Object.keys(workers).filter((name) => workers[name]?.status === 'degraded');
    const details = { instanceId: this.manager.instanceId, degraded, workers };
    const check = this.indicators.check(key);
    if (degraded.length === 0) return check.up(details);
    if (this.options.failOnDegraded) return check.down(details);
    const mild = check as unknown as MildCheck<Key>;
    return mild.degraded?.(details) ?? mild.up(details);
  }

  /** The workers of this replica by name, as the health body shows them. */
  workers(): Readonly<Record<string, WorkerHealth>> {
    return Object.fromEntries(this.manager.list().map((worker) => [worker.name, this.#health(worker)]));
  }

  #health(worker: WorkerStatus): WorkerHealth {
    const { metrics, circuitBreaker } = worker;
    const { status, reasons } = judge(worker, this.options.maxErrorRate, this.now());
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
      ...(this.options.exposeErrors ? { recentErrors: metrics.recentErrors } : {}),
    };
  }
}
