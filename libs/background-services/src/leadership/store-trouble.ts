import { describeError } from '../errors/index.js';
import { callGuest } from '../kit/index.js';
import type { Clock } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import { WAITING_LOG_INTERVAL } from './timing.js';

/** One log line when the store begins to fail, one a minute while it does, one when it is back. */
export class StoreTrouble {
  #trouble: { readonly since: number; readonly logAt: number } | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly logger: LineLogger,
  ) {}

  /** A command has ended, with this error or with none. */
  note(error: Error | undefined): void {
    const now = this.clock.monotonic();
    if (error) this.#failed(error, now);
    else if (this.#trouble) this.#recovered(now - this.#trouble.since);
  }

  #failed(error: Error, now: number): void {
    if (this.#trouble && now < this.#trouble.logAt) return;
    this.#trouble = { since: this.#trouble?.since ?? now, logAt: now + WAITING_LOG_INTERVAL };
    callGuest(() =>
      this.logger.warn(`The lease store does not answer (${describeError(error).message}); trying again`),
    );
  }

  #recovered(after: number): void {
    this.#trouble = undefined;
    callGuest(() => this.logger.log(`The lease store answers again after ${(after / 1_000).toFixed(1)} s`));
  }
}
