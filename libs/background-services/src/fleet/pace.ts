import type { Clock } from '../lease/index.js';

/** So many small steps (a worker read, a lease put together) take a few milliseconds on a quiet machine … */
const SLICE = 500;
/** … and where they take longer, the slice is shorter, ms. */
const LONGEST_SLICE = 5;

/** Lets others have the event loop now and then during work that grows with the fleet: renewals must not wait for it. */
export class Pace {
  #steps = 0;
  #since: number;

  constructor(private readonly clock: Clock) {
    this.#since = clock.monotonic();
  }

  /** Counts steps that were made. To be awaited. */
  async spend(steps: number): Promise<void> {
    this.#steps += steps;
    if (this.#steps < SLICE && this.clock.monotonic() - this.#since < LONGEST_SLICE) return;
    await this.rest();
  }

  /** Lets others have the event loop now. */
  async rest(): Promise<void> {
    this.#steps = 0;
    await new Promise<void>((resolve) => void this.clock.setTimeout(resolve, 0));
    this.#since = this.clock.monotonic();
  }
}

/** Takes steps one by one, as many in a slice as the pace lets it. @param size of a step */
export async function inSlices<Result>(
  steps: Generator<undefined, Result>,
  pace: Pace,
  size = 1,
): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await pace.spend(size);
  }
}
