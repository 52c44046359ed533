import { StoreError } from '../errors/index.js';
import type { Clock } from '../lease/index.js';

/** Work that takes longer than this many times the time limit is not waited for to its end. */
const LONGEST = 15;

/**
 * Waits for work that asks the store several things. The time limit begins anew with each part that comes; all of it may take {@link LONGEST}
 * times as long.
 * @param patience ms
 * @param work calls `hears` when a part of the answer has come
 * @throws StoreError if the store does not answer in time
 */
export function inTime<Result>(
  clock: Clock,
  patience: number,
  work: (hears: () => void) => Promise<Result>,
): Promise<Result> {
  const end = clock.monotonic() + LONGEST * patience;
  return new Promise((resolve, reject) => {
    const fail = () => reject(new StoreError(`The store did not answer within ${patience} ms`));
    let timer = clock.setTimeout(fail, patience);
    let heardAt = clock.monotonic();
    const hears = () => {
      const now = clock.monotonic();
      // A timer a lease would be many.
      if (now - heardAt < patience / 4) return;
      heardAt = now;
      timer.cancel();
      timer = clock.setTimeout(fail, Math.min(patience, end - now));
    };
    work(hears)
      .finally(() => timer.cancel())
      .then(resolve, reject);
  });
}
