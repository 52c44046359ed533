import { onAbort } from './on-abort.js';

interface Timers {
  setTimeout(callback: () => void, delay: number): { cancel(): void };
}

/** Resolves after `delay` ms, or as soon as the signal aborts: at once if it has. Never rejects, and leaves neither a timer nor a listener. */
export function pause(timers: Timers, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = timers.setTimeout(() => {
      stop();
      resolve();
    }, delay);
    const stop = onAbort(signal, () => {
      timer.cancel();
      resolve();
    });
  });
}
