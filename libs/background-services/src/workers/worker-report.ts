import type { CircuitView } from './circuit-breaker.js';
import type { WorkerMetrics } from './statistics.js';

/** Who the figures are of, and how the worker stands on this replica. */
export interface WorkerReport extends WorkerMetrics {
  readonly name: string;
  /** Whether it is started here and this replica leads. */
  readonly running: boolean;
  /** Milliseconds between two runs, where there is such a thing. */
  readonly interval: number | undefined;
  readonly circuitBreaker: CircuitView;
}
