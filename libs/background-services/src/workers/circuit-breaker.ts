import type { CircuitState } from '../events/index.js';
import { callGuest } from '../kit/index.js';
import type { Clock } from '../lease/index.js';
import type { CircuitBreakerEvent, CircuitBreakerOptions } from './circuit-breaker-options.js';

/** The limits of a worker without a breaker: it never opens by itself. */
const NO_BREAKER: CircuitBreakerOptions = {
  failureThreshold: Infinity,
  openDuration: 0,
  halfOpenMaxIterations: 1,
};

type State =
  | { readonly name: 'closed'; readonly failures: number }
  | { readonly name: 'open'; readonly until: number }
  | { readonly name: 'half-open'; readonly probes: number }
  /** Held open by an operator until `reset()`. */
  | { readonly name: 'forced-open' }
  /** Lets everything through and counts nothing, until `reset()`. */
  | { readonly name: 'disabled' };

/** Shared by all breakers: states are never changed, only replaced. */
const CLOSED: State = { name: 'closed', failures: 0 };
const DISABLED: State = { name: 'disabled' };

export type { CircuitState };

/** What changes a breaker's state: how iterations end, an operator, or what the last leader left behind. */
export type TransitionCause = 'iterations' | 'operator' | 'predecessor';

/** Who is told what becomes of the breaker. */
export interface CircuitBreakerHooks {
  onTransition?(
    from: CircuitState,
    to: CircuitState,
    cause: TransitionCause,
    retryAt: Date | undefined,
  ): void;
  onListenerError?(error: unknown): void;
}

/** Leave for one iteration. Handed back with its result; if the state has changed since, the result is dropped. */
export interface Permit {
  readonly generation: number;
}

const FIRST_PERMIT: Permit = { generation: 0 };

/** How a circuit breaker stands on this replica, and what it did since boot. */
export interface CircuitView {
  readonly state: CircuitState;
  readonly consecutiveFailures: number;
  readonly openings: number;
  readonly skipped: number;
  readonly retryAt: Date | undefined;
}

/** What the next leader needs to know, in the lease store's time. */
export type CircuitSnapshot =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly retryAt: number }
  | { readonly state: 'forced-open' }
  | { readonly state: 'disabled' };

/**
 * Keeps a worker away from a sick dependency.
 *
 * closed → `failureThreshold` consecutive failures → open for `openDuration` → half-open: the first success closes, a failure opens again,
 * and so do `halfOpenMaxIterations` probes without a verdict. Iterations that were aborted (lost lease, shutdown) are no verdict.
 *
 * Every change of state starts a new generation, and results that belong to an older one are dropped: an iteration that began before the
 * breaker opened says nothing about the dependency now.
 *
 * Options of `false` mean a worker without a breaker: it rests disabled, and neither a reset nor what a predecessor left behind gives it one.
 * Only an operator's `forceOpen()` keeps its iterations back.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  /** The state it begins in, and that a reset brings back. */
  readonly #rest: State;
  #state: State;
  /** One for all iterations of a generation: they differ in nothing. */
  #permit: Permit = FIRST_PERMIT;
  #openings = 0;
  #skipped = 0;

  constructor(
    private readonly worker: string,
    options: CircuitBreakerOptions | false,
    private readonly clock: Clock,
    private readonly hooks: CircuitBreakerHooks = {},
  ) {
    this.#options = options || NO_BREAKER;
    this.#rest = options ? CLOSED : DISABLED;
    this.#state = this.#rest;
  }

  /** Asks for leave to run one iteration. */
  admit(): Permit | undefined {
    const state = this.#state;
    if (state.name === 'open' && this.clock.monotonic() >= state.until)
      this.#enter({ name: 'half-open', probes: 0 });
    if (this.#state.name === 'open' || this.#state.name === 'forced-open') {
      this.#skipped++;
      return undefined;
    }
    if (this.#state.name === 'half-open') this.#state = { name: 'half-open', probes: this.#state.probes + 1 };
    return this.#permit;
  }

  succeeded(permit: Permit): void {
    if (permit.generation !== this.#permit.generation) return;
    if (this.#state.name === 'half-open') {
      this.#enter(CLOSED);
      this.#tell(this.#options.onClose);
    } else if (this.#state.name === 'closed' && this.#state.failures > 0) {
      this.#state = CLOSED;
    }
  }

  failed(permit: Permit): void {
    if (permit.generation !== this.#permit.generation) return;
    if (this.#state.name === 'half-open') this.#open();
    else if (this.#state.name === 'closed') {
      const failures = this.#state.failures + 1;
      if (failures >= this.#options.failureThreshold) this.#open();
      else this.#state = { name: 'closed', failures };
    }
  }

  /** The iteration ended without a verdict. */
  undecided(permit: Permit): void {
    if (permit.generation !== this.#permit.generation || this.#state.name !== 'half-open') return;
    if (this.#state.probes >= this.#options.halfOpenMaxIterations) this.#open();
  }

  /** Closes it, whatever state it is in. */
  reset(): void {
    const from = this.#state.name;
    this.#enter(this.#rest, 'operator');
    if (from !== 'closed' && from !== 'disabled') this.#tell(this.#options.onClose);
  }

  /** Lets nothing through until `reset()`. */
  forceOpen(): void {
    if (this.#state.name === 'forced-open') return;
    this.#openings++;
    this.#enter({ name: 'forced-open' }, 'operator');
    this.#tell(this.#options.onOpen);
  }

  /** Lets everything through until `reset()`. */
  disable(): void {
    this.#enter(DISABLED, 'operator');
  }

  /** Whether there is nothing to tell a successor. */
  get isAtRest(): boolean {
    const state = this.#state;
    return state.name === this.#rest.name && (state.name !== 'closed' || state.failures === 0);
  }

  /** When an open breaker lets the next probe through, on the monotonic clock. */
  get retryAt(): number | undefined {
    return this.#state.name === 'open' ? this.#state.until : undefined;
  }

  view(): CircuitView {
    const state = this.#state;
    const left = state.name === 'open' ? state.until - this.clock.monotonic() : undefined;
    return {
      state: state.name,
      consecutiveFailures: state.name === 'closed' ? state.failures : 0,
      openings: this.#openings,
      skipped: this.#skipped,
      retryAt: left === undefined ? undefined : new Date(this.clock.wall() + Math.max(0, left)),
    };
  }

  /** @param storeNow the lease store's time now, so that a successor on another machine reads it by the same clock. */
  snapshot(storeNow: number): CircuitSnapshot {
    // What is configured is no news: a successor with other options follows its own.
    if (this.isAtRest) return { state: 'closed', failures: 0 };
    const state = this.#state;
    switch (state.name) {
      case 'closed':
        return { state: 'closed', failures: state.failures };
      case 'open':
        return { state: 'open', retryAt: Math.round(storeNow + (state.until - this.clock.monotonic())) };
      case 'half-open':
        // The probe's verdict is not known: the successor probes for itself, at once.
        return { state: 'open', retryAt: Math.round(storeNow) };
      case 'forced-open':
      case 'disabled':
        return { state: state.name };
    }
  }

  /** Goes on where a predecessor was. */
  restore(snapshot: CircuitSnapshot, storeNow: number): void {
    if (this.#rest.name === 'disabled' && snapshot.state !== 'forced-open') return;
    switch (snapshot.state) {
      case 'closed':
        return this.#enter(
          { name: 'closed', failures: Math.min(snapshot.failures, this.#options.failureThreshold - 1) },
          'predecessor',
        );
      case 'open': {
        const left = Math.min(this.#options.openDuration, Math.max(0, snapshot.retryAt - storeNow));
        return this.#enter({ name: 'open', until: this.clock.monotonic() + left }, 'predecessor');
      }
      case 'forced-open':
      case 'disabled':
        return this.#enter({ name: snapshot.state }, 'predecessor');
    }
  }

  /** The last leader left nothing: what this replica saw in an earlier term is over. What was ordered on it until a reset stays. */
  forget(): void {
    if (this.#state.name === 'forced-open' || this.#state.name === 'disabled' || this.isAtRest) return;
    this.#enter(this.#rest);
  }

  #open(): void {
    this.#openings++;
    this.#enter({ name: 'open', until: this.clock.monotonic() + this.#options.openDuration });
    this.#tell(this.#options.onOpen);
  }

  #enter(state: State, cause: TransitionCause = 'iterations'): void {
    const from = this.#state.name;
    this.#state = state;
    this.#permit = { generation: this.#permit.generation + 1 };
    if (from !== state.name) this.hooks.onTransition?.(from, state.name, cause, this.view().retryAt);
  }

  #tell(listener: ((event: CircuitBreakerEvent) => void) | undefined): void {
    callGuest(
      () => listener?.({ worker: this.worker, retryAt: this.view().retryAt }),
      (error) => this.hooks.onListenerError?.(error),
    );
  }
}
