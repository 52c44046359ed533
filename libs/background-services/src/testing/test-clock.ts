import type { Clock, Timer } from '../lease/index.js';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told otherwise. Timers fire in the order of their time, and everything that a timer sets off has
 * settled before the next one fires.
 */
export class TestClock implements Clock {
  readonly #timers = new Set<Pending>();
  #monotonic = 0;
  #wall: number;
  #order = 0;

  constructor(wall: Date | number = new Date('2026-01-01T00:00:00.000Z')) {
    this.#wall = Number(wall);
  }

  monotonic(): number {
    return this.#monotonic;
  }

  wall(): number {
    return this.#wall;
  }

  setTimeout(callback: () => void, delay: number): Timer {
    const pending = { at: this.#monotonic + Math.max(0, delay), order: this.#order++, callback };
    this.#timers.add(pending);
    return { cancel: () => this.#timers.delete(pending) };
  }

  /** Lets `ms` pass, firing what becomes due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settled();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#pass(Math.max(0, next.at - this.#monotonic));
      this.#timers.delete(next);
      next.callback();
      await settled();
    }
    // A callback may have stalled past the end; time does not go back for it.
    this.#pass(Math.max(0, end - this.#monotonic));
  }

  /** Lets time pass in steps of `step` ms until `condition` holds; throws after `limit` ms. */
  async advanceUntil(condition: () => boolean, { step = 10, limit = 600_000 } = {}): Promise<void> {
    await settled();
    for (let passed = 0; !condition(); passed += step) {
      if (passed >= limit) throw new Error(`The condition did not come true within ${limit} ms of test time`);
      await this.advance(step);
    }
  }

  /** Lets `ms` pass while no timer fires: a blocked event loop, or a process that is stopped. What is due fires with the next `advance`. */
  stall(ms: number): void {
    this.#pass(ms);
  }

  /** Lets `ms` pass on the wall clock alone: a suspended machine, or a clock that is set (also back, with a negative number). */
  stepWall(ms: number): void {
    this.#wall += ms;
  }

  #pass(ms: number): void {
    this.#monotonic += ms;
    this.#wall += ms;
  }

  #next(end: number): Pending | undefined {
    let next: Pending | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** Waits until all promises that can settle by themselves have. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
