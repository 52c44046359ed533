import { readFileSync } from 'node:fs';
import { onCleanUp } from './deferred-cleanup.js';

/** Milliseconds between two readings. */
const EVERY = 10;

/**
 * How long this process waited for a processor: it was ready to run, and the machine ran others. The Linux kernel counts it for the main
 * thread; elsewhere it is 0.
 *
 * A promise about milliseconds is about the time that a process is given. On a busy machine a test has to tell the two apart, and may
 * allow nothing else.
 */
export class ProcessorWaits {
  readonly #readings: { readonly at: number; readonly waited: number }[] = [];
  readonly #timer = setInterval(() => this.read(), EVERY);

  /** Begins to read; ends with the test at the latest. */
  static start(): ProcessorWaits {
    const waits = new ProcessorWaits();
    onCleanUp(() => clearInterval(waits.#timer));
    return waits;
  }

  /** Takes a reading now, for a moment that matters. */
  read(): void {
    this.#readings.push({ at: performance.now(), waited: processorWait() });
  }

  /** How much of the time between two moments (`performance.now()`) the process waited, ms. */
  between(from: number, to: number): number {
    const before = this.#readings.findLast(({ at }) => at <= from);
    const after = this.#readings.find(({ at }) => at >= to);
    return before && after ? Math.min(after.waited - before.waited, to - from) : 0;
  }
}

/** How long a process has waited so far, ms; 0 if it is gone. @param pid @default this process */
export function processorWait(pid: number | 'self' = 'self'): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
