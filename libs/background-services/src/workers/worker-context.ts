import type { EventSink, Instrumentation } from '../events/index.js';
import type { Clock, Random } from '../lease/index.js';
import type { LeaseTiming } from '../leadership/index.js';
import type { LogSettings } from '../logs/index.js';
import type { CircuitBreakerOptions } from './circuit-breaker-options.js';

/** What all workers of this replica share. */
export interface WorkerContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: LeaseTiming;
  readonly circuitBreaker: CircuitBreakerOptions | false;
  /** What is put around iterations; nothing by default. */
  readonly instrumentation?: Instrumentation | undefined;
  /** How log lines are written. @default as texts */
  readonly logs?: LogSettings | undefined;
  /** Told of what workers do; nobody by default. */
  readonly events?: EventSink | undefined;
  /** Wall time of the app's boot. */
  readonly bootedAt: number;
}
