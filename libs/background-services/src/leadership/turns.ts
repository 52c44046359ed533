import { callGuest } from '../kit/index.js';
import { type Clock, nextTurn, type Timer } from '../lease/index.js';

/**
 * Runs tasks in order, one in a turn of the event loop, so that none has to wait for all: what is small enough for one turn does not wait at
 * all. Whoever adds a task while others wait comes after them.
 */
export class Turns {
  #tasks: (() => void)[] = [];
  #next = 0;
  #timer: Timer | undefined;

  constructor(private readonly clock: Clock) {}

  /** Runs the first task now, if nothing waits, and the others one by one. A task may not throw. */
  add(tasks: readonly (() => void)[]): void {
    const [first, ...rest] = tasks;
    if (!first) return;
    if (this.#timer) {
      this.#tasks.push(...tasks);
      return;
    }
    this.#tasks.push(...rest);
    this.#arm();
    first();
  }

  close(): void {
    this.#timer?.cancel();
    this.#tasks = [];
  }

  #arm(): void {
    this.#timer = nextTurn(this.clock, () => this.#turn());
  }

  #turn(): void {
    const task = this.#tasks[this.#next];
    if (task) {
      this.#next += 1;
      this.#arm();
      callGuest(task);
    } else {
      this.#timer = undefined;
      this.#tasks = [];
      this.#next = 0;
    }
  }
}

/** Parts of at most `size`, in order. */
export function slices<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}
