import { NotRegisteredError } from '../errors/index.js';
import { bearsBrand, shared } from '../kit/index.js';
import type { Iteration } from './iteration.js';
import type { ScheduleConfig } from './schedule-config.js';
import type { WorkerReport } from './worker-report.js';

/** What a registered service can do about itself; the manager's methods, bound to its name. */
export interface ServiceControls {
  start(): void;
  stop(timeout?: number): Promise<boolean>;
  isRunning(): boolean;
  getMetrics(): WorkerReport;
  resetCircuitBreaker(): void;
}

const BRAND = Symbol.for('nestjs-background-services:service');
const controls = shared('controls', () => new WeakMap<BackgroundService, ServiceControls>());

/**
 * A worker as a class of its own, for services that are configured rather than decorated. Any provider that extends it is found at boot.
 *
 * ```ts
 * @Injectable()
 * @LeaderElected('candles:leader')
 * class CandleAggregator extends BackgroundService {
 *   readonly serviceName = 'candles';
 *   readonly schedule = { every: 1_000 };
 *   async processIteration(iteration: Iteration) {}
 * }
 * ```
 */
export abstract class BackgroundService {
  /** Name of the worker, unique in the app. */
  abstract readonly serviceName: string;

  /** When it runs. Not given: for as long as this replica leads. */
  readonly schedule?: ScheduleConfig;

  /** Key of its lease, where no `@LeaderElected(key)` says so. @default `background-services:<serviceName>` */
  readonly leaseKey?: string;

  /** The work. What it throws or rejects with is counted and logged; the schedule goes on. */
  abstract processIteration(iteration: Iteration): unknown;

  /** Starts it on this replica (it is, after boot). Without effect if it is started. @throws NotRegisteredError */
  start(): void {
    this.#controls.start();
  }

  /** Stops it on this replica. Resolves with whether its iteration ended within `timeout` ms. @throws NotRegisteredError */
  stop(timeout?: number): Promise<boolean> {
    return this.#controls.stop(timeout);
  }

  /** Whether it is started here and this replica leads. @throws NotRegisteredError */
  isRunning(): boolean {
    return this.#controls.isRunning();
  }

  /** What it did on this replica since boot, and how it stands. @throws NotRegisteredError */
  getMetrics(): WorkerReport {
    return this.#controls.getMetrics();
  }

  /** Closes its circuit breaker on this replica. @throws NotRegisteredError */
  resetCircuitBreaker(): void {
    this.#controls.resetCircuitBreaker();
  }

  /** Holds for services of another copy of this package, too. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return bearsBrand(this, BRAND, value);
  }

  /** @internal */
  get [BRAND](): true {
    return true;
  }

  get #controls(): ServiceControls {
    const own = controls.get(this);
    if (!own) throw new NotRegisteredError(this.serviceName);
    return own;
  }
}

/** Gives a service its controls, once it is registered. */
export function attachControls(service: BackgroundService, own: ServiceControls): void {
  controls.set(service, own);
}
