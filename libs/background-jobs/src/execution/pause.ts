import type { Clock } from 'nestjs-background-services/store';
import { onAbort } from 'nestjs-background-http-kit';

/** Resolves after `delay` ms, or rejects with the reason of the signal. */
export async function pause(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      stop();
      resolve();
    }, delay);
    const stop = onAbort(signal, () => {
      timer.cancel();
      reject(signal.reason as Error);
    });
  });
}
