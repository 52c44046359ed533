import { shared } from '../kit/index.js';

/** A pending timer. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time in this package, so that tests can tick it by hand.
 * Everything is in milliseconds.
 */
export interface Clock {
  /** Time that never steps; its origin means nothing. May stop while the machine is suspended. */
  monotonic(): number;
  /** Time since the epoch; may step in both directions. */
  wall(): number;
  /** Calls back once after `delay` ms of monotonic time. */
  setTimeout(callback: () => void, delay: number): Timer;
}

/** The longest delay that `setTimeout` of the platform takes. */
const MAX_DELAY = 2 ** 31 - 1;

/** The platform's clocks and timers. It is one, whichever copy of this package it was imported from. */
export const systemClock: Clock = shared('system-clock', () => ({
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  setTimeout(callback, delay) {
    let handle: NodeJS.Timeout;
    const arm = (left: number) => {
      handle =
        left > MAX_DELAY
          ? setTimeout(() => arm(left - MAX_DELAY), MAX_DELAY)
          : // Whole: Node keeps a list of timers for each different delay, and wakes up too early for what is left of a millisecond.
            setTimeout(callback, Math.max(0, Math.ceil(left)));
    };
    arm(delay);
    return { cancel: () => clearTimeout(handle) };
  },
}));

/**
 * Calls back in the next turn of the event loop, after input that is waiting has been read. A clock of another kind has no turns: it calls back
 * after 0 ms.
 */
export function nextTurn(clock: Clock, callback: () => void): Timer {
  if (clock !== systemClock) return clock.setTimeout(callback, 0);
  const handle = setImmediate(callback);
  return { cancel: () => clearImmediate(handle) };
}

/** A moment on both clocks. */
export interface Instant {
  readonly monotonic: number;
  readonly wall: number;
}

/** Now, on both clocks. */
export function instant(clock: Clock): Instant {
  return { monotonic: clock.monotonic(), wall: clock.wall() };
}

/**
 * How long ago `since` was, by the clock that says more. The monotonic clock stands still while a machine is suspended and the wall
 * clock can be set back; a lease must count as old if either says so.
 */
export function elapsed(since: Instant, now: Instant): number {
  return Math.max(now.monotonic - since.monotonic, now.wall - since.wall);
}

/** A source of numbers in [0, 1), injected like the clock. */
export type Random = () => number;
