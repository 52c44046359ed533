import { type Clock, elapsed, type Instant, instant, type Timer } from '../lease/index.js';
import type { Elector } from './elector.js';

/**
 * How often the clocks are compared while this replica leads, ms. A timer set for the deadline would do if clocks only ran on; a clock that
 * steps or a machine that was suspended moves the deadline while that timer sleeps.
 */
const LONGEST_LOOK_AWAY = 40;

/** The least, ms: what is left is counted down in small steps, and may come close to nothing without reaching it. */
const SHORTEST_LOOK_AWAY = 0.1;

/**
 * Ends terms at their renew deadline, within 50 ms of it. It needs nobody's answer: it fires while a command of the store hangs.
 *
 * `#seen` never says more than is left of any term: each term that begins or is renewed is noted. So all of them are looked at
 * only when it has run out.
 */
export class DeadlineWatch {
  readonly #electors = new Set<Elector>();
  #timer: Timer | undefined;
  /** The least that was left of any term at some moment, ms. */
  #seen: { readonly at: Instant; readonly left: number } | undefined;

  /** @param endsUnseen whether a term can be over before its deadline without a word, as one can that another thread renews */
  constructor(
    private readonly clock: Clock,
    private readonly endsUnseen = false,
  ) {}

  add(elector: Elector): void {
    this.#electors.add(elector);
  }

  /** Looks at the clocks and at all terms now, and goes on looking for as long as anybody leads. */
  look(): void {
    const at = instant(this.clock);
    let left = Infinity;
    for (const elector of this.#electors) left = Math.min(left, elector.checkDeadline(at) ?? Infinity);
    this.#seen = { at, left };
    this.#arm(left);
  }

  /** Looks at the terms that have changed, and goes on looking at the clocks. */
  note(changed: Iterable<Elector>): void {
    if (this.endsUnseen) return this.look();
    const at = instant(this.clock);
    const before = this.#left;
    let left = before;
    for (const elector of changed)
      if (this.#electors.has(elector)) left = Math.min(left, elector.checkDeadline(at) ?? Infinity);
    // Counted from now on even if nothing is less: a wall clock that was set back is part of what was confirmed after it.
    this.#seen = { at, left };
    if (left < before) this.#arm(left);
  }

  close(): void {
    this.#timer?.cancel();
    this.#electors.clear();
  }

  /** Looks at the clocks: no term has less left than the least that was left of any, minus the time since. So a thousand cost as much as one. */
  #glance(): void {
    if (!this.#seen || this.endsUnseen) return this.look();
    const left = this.#left;
    if (left > 0) this.#arm(left);
    else this.look();
  }

  /** What is left of any term now, at least, ms. */
  get #left(): number {
    return this.#seen ? this.#seen.left - elapsed(this.#seen.at, instant(this.clock)) : Infinity;
  }

  #arm(left: number): void {
    this.#timer?.cancel();
    this.#timer =
      left === Infinity
        ? undefined
        : this.clock.setTimeout(
            () => this.#glance(),
            Math.max(SHORTEST_LOOK_AWAY, Math.min(left, LONGEST_LOOK_AWAY)),
          );
  }
}
