import { type Clock, instant, type Timer } from '../lease/index.js';
import type { Elector } from './elector.js';

/**
 * How often the clocks are compared while this replica leads, ms. A timer set for the deadline would do if clocks only ran on; a clock that
 * steps or a machine that was suspended moves the deadline while that timer sleeps.
 */
const LONGEST_LOOK_AWAY = 40;

/**
 * Ends terms at their renew deadline, within 50 ms of it. It needs nobody's answer: it fires while a command of the store hangs.
 */
export class DeadlineWatch {
  readonly #electors = new Set<Elector>();
  #timer: Timer | undefined;

  constructor(private readonly clock: Clock) {}

  add(elector: Elector): void {
    this.#electors.add(elector);
  }

  remove(elector: Elector): void {
    this.#electors.delete(elector);
  }

  /** Looks at the clocks now, and goes on looking for as long as anybody leads. */
  look(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const now = instant(this.clock);
    let next = Infinity;
    for (const elector of this.#electors) next = Math.min(next, elector.checkDeadline(now) ?? Infinity);
    if (next === Infinity) return;
    this.#timer = this.clock.setTimeout(() => this.look(), Math.min(next, LONGEST_LOOK_AWAY));
  }

  close(): void {
    this.#timer?.cancel();
    this.#electors.clear();
  }
}
