import { processorWait } from './processor-waits.js';

/**
 * Starts to measure. The function it returns reads how many milliseconds have passed, without those in which this process (or the one with
 * this id) waited for a processor: a promise about milliseconds does not cover a machine that runs something else.
 */
export function stopwatch(pid?: number): () => number {
  const startedAt = performance.now();
  const waited = processorWait(pid);
  return () => {
    const elapsed = performance.now() - startedAt;
    return elapsed - Math.min(elapsed, Math.max(0, processorWait(pid) - waited));
  };
}
