import { readFileSync } from 'node:fs';
import { cleanUpAll } from './deferred-cleanup.js';
import { TooLateError } from './too-late.js';

/** How often a test is played in all. */
const TRIES = 3;
/** The share of the time in which somebody on the machine had to wait for a processor, from which on it counts as busy, 0 to 1. */
const BUSY = 0.25;

export interface SteadilyOptions {
  /** What is done before it is played again. @default all that was deferred to the end of the test */
  readonly cleanUp?: () => Promise<unknown>;
  /** Milliseconds that the processors were waited for so far. @default as the Linux kernel counts them; elsewhere none */
  readonly waited?: () => number;
}

/**
 * A test of milliseconds, for a machine that may be busy with something else. If something comes too late while the machine is busy, the test has
 * measured the machine, and is played again. Whatever else is wrong fails at once, as everything does on a machine that is not busy. No bound gets
 * wider.
 */
export function steadily(
  test: () => Promise<void>,
  { cleanUp = cleanUpAll, waited = processorPressure }: SteadilyOptions = {},
): () => Promise<void> {
  return async () => {
    for (let tries = 1; ; tries += 1) {
      const startedAt = performance.now();
      const before = waited();
      try {
        return await test();
      } catch (error) {
        const busy = (waited() - before) / (performance.now() - startedAt);
        if (!(error instanceof TooLateError) || tries === TRIES || busy < BUSY) throw error;
        console.warn(
          `Played again, as the machine was busy for ${Math.round(100 * busy)} % of the time: ${String(error)}`,
        );
        await cleanUp();
      }
    }
  };
}

/** For how long at least one task was ready to run and had no processor, ms (pressure stall information). */
function processorPressure(): number {
  try {
    const [, total] = /^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8')) ?? [];
    return Number(total ?? 0) / 1_000;
  } catch {
    return 0;
  }
}
