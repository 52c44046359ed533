import type { Clock, Timer } from 'nestjs-background-services/store';
import { TestClock } from 'nestjs-background-services/testing';

/** A test clock that knows how many of its timers wait: what is over leaves none behind. */
export class CountingClock implements Clock {
  readonly #clock = new TestClock();
  readonly #pending = new Set<Timer>();

  get pending(): number {
    return this.#pending.size;
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  wall(): number {
    return this.#clock.wall();
  }

  setTimeout(callback: () => void, delay: number): Timer {
    const inner = this.#clock.setTimeout(() => {
      this.#pending.delete(timer);
      callback();
    }, delay);
    const timer = {
      cancel: () => {
        this.#pending.delete(timer);
        inner.cancel();
      },
    };
    this.#pending.add(timer);
    return timer;
  }

  advance(ms: number): Promise<void> {
    return this.#clock.advance(ms);
  }
}
