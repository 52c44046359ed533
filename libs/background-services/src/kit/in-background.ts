import { contained, warnOf } from './contained.js';

/**
 * Lets work go on that nobody waits for. What it rejects with goes to `onError`: a rejection that nobody handles ends the process.
 * @param onError @default a warning of the process: such work is written not to reject
 */
export function inBackground(
  work: Promise<unknown>,
  onError: (error: unknown) => void = (error) => warnOf('Work in the background failed', error),
): void {
  work.catch((error: unknown) => contained(() => onError(error)));
}
