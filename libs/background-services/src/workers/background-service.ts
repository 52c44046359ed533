import { NotRegisteredError } from '../errors/index.js';
import type { Iteration } from './iteration.js';
import type { ScheduleConfig } from './schedule-config.js';
import type { WorkerMetrics } from './statistics.js';

/** What a registered service can do about itself; the manager's methods, bound to its name. */
export interface ServiceControls {
  start(): void;
  stop(timeout?: number): Promise<boolean>;
  isRunning(): boolean;
  getMetrics(): WorkerMetrics;
  resetCircuitBreaker(): void;
}

const controls = new WeakMap<BackgroundService, ServiceControls>();

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

  /** @throws NotRegisteredError */
  getMetrics(): WorkerMetrics {
    return this.#controls.getMetrics();
  }

  /** @throws NotRegisteredError */
  resetCircuitBreaker(): void {
    this.#controls.resetCircuitBreaker();
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
