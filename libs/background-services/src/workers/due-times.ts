import { AsyncResource } from 'node:async_hooks';
import { type Due, DueHeap } from '../kit/index.js';
import type { Clock, Timer } from '../lease/index.js';

/** A turn of the event loop fires due entries for this long, ms, and no more than so many: what they set off belongs to the same turn. */
const SLICE = 5;
const SLICE_COUNT = 500;

/** What fires at some time, once. */
export abstract class DueEntry implements Due {
  dueAt = 0;
  order = 0;
  place = -1;

  /** Called once when it is due. It may set itself again. */
  abstract fire(): void;
}

/**
 * All due times of a replica's workers over one timer of the platform, which is set for the entry that is due first.
 *
 * Due entries fire in the order of their times. A turn of the event loop fires them for a few milliseconds; those that are left follow in the
 * next turns, so that any number may be due at once. While nothing is set, there is no timer.
 */
export class DueTimes {
  readonly #heap = new DueHeap<DueEntry>();
  #timer: Timer | undefined;
  /** When the timer fires, on the monotonic clock. */
  #wakesAt = Infinity;
  #isFiring = false;
  /**
   * A timer takes along what is kept in `AsyncLocalStorage` where it is set: the request or the span in which one worker is started must not
   * become that of all others.
   */
  readonly #wake = AsyncResource.bind(() => this.#fireDue());

  constructor(private readonly clock: Clock) {}

  /** Fires the entry `delay` ms from now, once. One that is set already is moved. */
  set(entry: DueEntry, delay: number): void {
    this.setAt(entry, this.clock.monotonic() + Math.max(0, delay));
  }

  /** The same at a time of the monotonic clock; one that has passed is due now. */
  setAt(entry: DueEntry, dueAt: number): void {
    this.#heap.set(entry, dueAt);
    if (entry.place === 0 && !this.#isFiring) this.#arm();
  }

  /** Harmless if the entry is not set. */
  cancel(entry: DueEntry): void {
    if (entry.place < 0) return;
    this.#heap.remove(entry);
    // A timer that comes too early looks once and sleeps again. Only one that has nothing to wait for must not keep a process alive.
    if (!this.#heap.first && !this.#isFiring) this.#disarm();
  }

  #arm(): void {
    const { first } = this.#heap;
    if (!first) return this.#disarm();
    if (this.#timer && this.#wakesAt <= first.dueAt) return;
    this.#timer?.cancel();
    this.#wakesAt = first.dueAt;
    this.#timer = this.clock.setTimeout(this.#wake, first.dueAt - this.clock.monotonic());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wakesAt = Infinity;
  }

  #fireDue(): void {
    // Timers of the platform may come a fraction of a millisecond early: what this one was set for is due.
    const from = this.clock.monotonic();
    const now = Math.max(from, this.#wakesAt);
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    this.#isFiring = true;
    try {
      for (let fired = 0; fired < SLICE_COUNT; fired++) {
        const { first } = this.#heap;
        if (!first || first.dueAt > now) break;
        // Reading a clock costs as much as firing: not for every one.
        if (fired % 16 === 15 && this.clock.monotonic() - from >= SLICE) break;
        this.#heap.remove(first);
        first.fire();
      }
    } finally {
      this.#isFiring = false;
      this.#arm();
    }
  }
}

const ofReplicas = new WeakMap<{ readonly clock: Clock }, DueTimes>();

/** The due times of a replica: one for all that share its context. */
export function dueTimesOf(replica: { readonly clock: Clock }): DueTimes {
  let dueTimes = ofReplicas.get(replica);
  if (!dueTimes) {
    dueTimes = new DueTimes(replica.clock);
    ofReplicas.set(replica, dueTimes);
  }
  return dueTimes;
}
