import type { HealthIndicatorResult } from '@nestjs/terminus';
import type { BackgroundExtensions } from '../extensions/index.js';
import type { FleetStatus } from '../fleet/index.js';
import type { BackgroundServiceManager, WorkerStatus } from '../manager/index.js';
import type { CircuitState, ErrorRecord } from '../workers/index.js';
import type { HealthOptions } from './health-options.js';
import type { TerminusServices } from './terminus.js';
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

/** The fleet in the health body, as this replica read it last. It does not change the verdict, which is this replica's. */
export interface FleetHealth {
  /** ISO 8601. */
  readonly asOf: string;
  /** `false`: the store does not answer. */
  readonly current: boolean;
  readonly replicas: readonly string[];
  /** Instance id by key. */
  readonly leaders: Readonly<Record<string, string | null>>;
  readonly warnings: readonly { readonly kind: string; readonly key: string; readonly worker?: string }[];
}

/** Other background work of this replica in the health body: what it says of itself goes beside the verdict. */
export interface ExtensionVerdict extends Readonly<Record<string, unknown>> {
  readonly status: Extract<Verdict, 'healthy' | 'degraded'>;
  /** Why it is degraded. */
  readonly reasons?: readonly string[];
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
    private readonly terminus: { services(): Promise<Pick<TerminusServices, 'indicators'>> },
    private readonly options: HealthOptions,
    private readonly now: () => number,
    private readonly fleet?: FleetStatus,
    private readonly ofApp?: BackgroundExtensions,
  ) {}

  /**
   * `up` if no worker that this replica leads and no extension is degraded, else `down`; with `failOnDegraded: false` it is `degraded` where Terminus knows
   * that (12 and later), else `up`.
   * @param key the name in the health body
   */
  async isHealthy<Key extends string = 'background'>(
    key = 'background' as Key,
  ): Promise<HealthIndicatorResult<Key>> {
    const { indicators } = await this.terminus.services();
    const workers = this.workers();
    const extensions = this.extensions();
    const degraded = [...degradedOf(workers), ...degradedOf(extensions)];
    const details = {
      instanceId: this.manager.instanceId,
      degraded,
      workers,
      ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
      ...this.#fleetFacts(),
    };
    const check = indicators.check(key);
    if (degraded.length === 0) return check.up(details);
    if (this.options.failOnDegraded) return check.down(details);
    const mild = check as unknown as MildCheck<Key>;
    return mild.degraded?.(details) ?? mild.up(details);
  }

  /** The workers of this replica by name, as the health body shows them. */
  workers(): Readonly<Record<string, WorkerHealth>> {
    return Object.fromEntries(this.manager.list().map((worker) => [worker.name, this.#health(worker)]));
  }

  /** What else works in the background of this replica, by name. */
  extensions(): Readonly<Record<string, ExtensionVerdict>> {
    const verdicts = Object.entries(this.ofApp?.health() ?? {}).map(([name, { reasons, details }]) => {
      const isDegraded = reasons.length > 0;
      return [
        name,
        { ...details, status: isDegraded ? 'degraded' : 'healthy', ...(isDegraded ? { reasons } : {}) },
      ] as const;
    });
    return Object.fromEntries(verdicts);
  }

  /** As they were read last; a probe waits for no store. Each probe asks for newer ones, for the next probe to show. */
  #fleetFacts(): { readonly fleet?: FleetHealth } {
    if (!this.fleet) return {};
    const { latest } = this.fleet;
    void this.fleet.view();
    if (!latest) return {};
    return {
      fleet: {
        asOf: latest.asOf.toISOString(),
        current: latest.current,
        replicas: latest.replicas.map(({ id }) => id),
        leaders: Object.fromEntries(latest.keys.map(({ key, leader }) => [key, leader])),
        warnings: latest.warnings.map(({ kind, key, worker }) => ({
          kind,
          key,
          ...(worker ? { worker } : {}),
        })),
      },
    };
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

function degradedOf(verdicts: Readonly<Record<string, { readonly status: Verdict }>>): readonly string[] {
  return Object.keys(verdicts).filter((name) => verdicts[name]?.status === 'degraded');
}
