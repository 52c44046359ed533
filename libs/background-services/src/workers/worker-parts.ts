import type { CircuitBreaker } from './circuit-breaker.js';
import type { Reporter } from './reporter.js';
import type { Statistics } from './statistics.js';
import type { WorkerContext } from './worker-context.js';
import type { WorkerDefinition } from './worker-definition.js';

/** What a worker has for its whole life, across all its terms. */
export interface WorkerParts {
  readonly definition: WorkerDefinition;
  readonly context: WorkerContext;
  readonly breaker: CircuitBreaker;
  readonly statistics: Statistics;
  readonly reporter: Reporter;
}
