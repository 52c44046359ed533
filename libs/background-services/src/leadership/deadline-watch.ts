import { type Clock, elapsed, type Instant, instant, type Timer } from '../lease/index.js';
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
  /** When all terms were last looked at, and the least that was left of any, ms. */
  #seen: { readonly at: Instant; readonly left: number } | undefined;

  /** @param endsUnseen whether a term can be over before its deadline without a word, as one can that another thread renews */
  constructor(
    private readonly clock: Clock,
    private readonly endsUnseen = false,
  ) {}

  add(elector: Elector): void {
    this.#electors.add(elector);
  }

  remove(elector: Elector): void {
    this.#electors.delete(elector);
  }

  /** Looks at the clocks and at all terms now, and goes on looking for as long as anybody leads. To be called whenever a term has changed. */
  look(): void {
    const at = instant(this.clock);
    let left = Infinity;
    for (const elector of this.#electors) left = Math.min(left, elector.checkDeadline(at) ?? Infinity);
    this.#seen = { at, left };
    this.#arm(left);
  }

  close(): void {
    this.#timer?.cancel();
    this.#electors.clear();
  }

  /** Looks at the clocks: no term has less left than the least that was left of any, minus the time since. So a thousand cost as much as one. */
  #glance(): void {
    if (!this.#seen || this.endsUnseen) return this.look();
    const left = this.#seen.left - elapsed(this.#seen.at, instant(this.clock));
    if (left > 0) this.#arm(left);
    else this.look();
  }

  #arm(left: number): void {
    this.#timer?.cancel();
    this.#timer =
      left === Infinity
        ? undefined
        : this.clock.setTimeout(() => this.#glance(), Math.min(left, LONGEST_LOOK_AWAY));
  }
}
