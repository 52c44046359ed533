/** When a circuit breaker opens, and how it closes again. Durations are in milliseconds. */
export interface CircuitBreakerOptions {
  /** Consecutive failures that open it. @default 5 */
  readonly failureThreshold: number;
  /** How long it stays open before it lets a probe through, ms. @default 60_000 */
  readonly openDuration: number;
  /** Probes that may go undecided (aborted) before it opens again. @default 3 */
  readonly halfOpenMaxIterations: number;
  /** Called when it opens; an error in it, or a rejection of it, is contained. */
  readonly onOpen?: (event: CircuitBreakerEvent) => void;
  /** Called when it closes after having been open; an error in it, or a rejection of it, is contained. */
  readonly onClose?: (event: CircuitBreakerEvent) => void;
}

/** Which breaker opened or closed. */
export interface CircuitBreakerEvent {
  readonly worker: string;
  /** When it lets the next probe through; undefined if it is closed or held open. */
  readonly retryAt: Date | undefined;
}

/** @default of each option, where neither the module nor the worker says otherwise */
export const CIRCUIT_BREAKER_DEFAULTS: CircuitBreakerOptions = {
  failureThreshold: 5,
  openDuration: 60_000,
  halfOpenMaxIterations: 3,
};

/** What a worker says of its breaker goes over what the module says. */
export function overrideBreaker(
  module: CircuitBreakerOptions | false,
  own: Partial<CircuitBreakerOptions> | false | undefined,
): CircuitBreakerOptions | false {
  if (own === undefined) return module;
  if (own === false) return false;
  const given = Object.fromEntries(Object.entries<unknown>(own).filter(([, value]) => value !== undefined));
  return { ...CIRCUIT_BREAKER_DEFAULTS, ...(module || {}), ...given };
}
