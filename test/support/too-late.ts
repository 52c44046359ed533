/** Something did not come in time. Unlike a broken promise of what happens, it may be the machine's fault. */
export class TooLateError extends Error {}

/** @throws TooLateError if any of these durations is not shorter than the bound, ms */
export function expectInTime(durations: readonly number[], bound: number, what: string): void {
  const longest = Math.max(...durations);
  if (longest < bound) return;
  throw new TooLateError(`${what}: expected less than ${bound} ms, took ${longest.toFixed(1)} ms`);
}
