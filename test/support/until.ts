import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { TooLateError } from './too-late.js';

export interface UntilOptions<T> {
  /** What is awaited, for the error: "three iterations". */
  readonly what: string;
  /** When the value read is the one awaited. @default any truthy value */
  readonly satisfies?: (value: T) => boolean;
  /** Milliseconds. @default 30000 */
  readonly timeout?: number;
  /** Milliseconds between two readings. @default 20 */
  readonly every?: number;
}

/**
 * Reads a value again and again until it is the one awaited, and returns it. A reading that throws counts as "not yet".
 *
 * @throws TooLateError that says what was awaited, for how long, and what was seen last.
 */
export async function until<T>(read: () => T | Promise<T>, options: UntilOptions<T>): Promise<T> {
  const { what, satisfies = Boolean, timeout = 30_000, every = 20 } = options;
  const end = performance.now() + timeout;
  let lastSeen: string;
  for (;;) {
    try {
      const value = await read();
      if (satisfies(value)) return value;
      lastSeen = inspect(value, { depth: 4 });
    } catch (error) {
      lastSeen = String(error);
    }
    if (performance.now() >= end) {
      throw new TooLateError(`Waited ${timeout} ms for ${what}; last seen: ${lastSeen}`);
    }
    await delay(every);
  }
}
