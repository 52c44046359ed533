import type { Clock } from '../lease/index.js';

/** So many small steps (a worker read, a lease put together) take a few milliseconds. */
const SLICE = 500;

/** Lets others have the event loop now and then during work that grows with the fleet: renewals must not wait for it. */
export class Pace {
  #steps = 0;

  constructor(private readonly clock: Clock) {}

  /** Counts steps that were made. To be awaited. */
  async spend(steps: number): Promise<void> {
    this.#steps += steps;
    if (this.#steps < SLICE) return;
    this.#steps = 0;
    await new Promise<void>((resolve) => void this.clock.setTimeout(resolve, 0));
  }
}
