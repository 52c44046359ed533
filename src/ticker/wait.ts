import type { Clock } from 'nestjs-background-services/store';

/** Resolves after `delay` ms of the clock, or as soon as the signal aborts; never rejects. */
export function wait(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // It fires no listener any more.
    if (signal.aborted) return resolve();
    const timer = clock.setTimeout(end, delay);
    signal.addEventListener('abort', end);
    function end(): void {
      timer.cancel();
      // The signal lives for a whole term: a listener a tick would pile up.
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}

/** Lets timers, requests and replies of Redis have their turn between two slices of work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
