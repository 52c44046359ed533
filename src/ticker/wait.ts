import { type Clock } from 'nestjs-background-services';

/** Resolves after `delay` ms of the clock, or as soon as the signal aborts; never rejects. */
export function wait(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      timer.cancel();
      // The signal lives for a whole term: a listener a tick would pile up.
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimeout(done, delay);
    signal.addEventListener('abort', done);
  });
}

/** Lets timers, requests and replies of Redis have their turn between two slices of work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
