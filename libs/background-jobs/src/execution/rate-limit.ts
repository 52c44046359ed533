import type { Clock } from 'nestjs-background-services/store';
import { pause } from './pause.js';

/** At most `items` begin within any `per` ms, in this process. */
export class RateLimit {
  readonly #begun: number[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly bound: { readonly items: number; readonly per: number },
  ) {}

  /** Resolves when one more may begin, or rejects with the reason of the signal. */
  async take(signal: AbortSignal): Promise<void> {
    const { items, per } = this.bound;
    for (;;) {
      const now = this.clock.monotonic();
      while (this.#begun.length > 0 && this.#begun[0]! <= now - per) this.#begun.shift();
      if (this.#begun.length < items) {
        this.#begun.push(now);
        return;
      }
      await pause(this.clock, this.#begun[0]! + per - now, signal);
    }
  }
}
