import { describeError, isError, StoreError } from '../errors/index.js';
import { type Clock, nextTurn, type Timer, type Unknown } from '../lease/index.js';
import type { LeaseTiming } from './timing.js';

/**
 * Runs one command of a store, and rejects if it has not answered within a fifth of the TTL: a store that hangs must not hang the election.
 * An answer that came in time and was not read, because the event loop was busy, is no time-out: the limit ends after waiting input was read.
 * The command may still run later; that is what "unknown" means.
 */
export async function limited<T>(
  clock: Clock,
  { ttl }: LeaseTiming,
  command: () => Promise<T>,
  who = 'The lease store',
): Promise<T> {
  let timer: Timer | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    const late = () => reject(new StoreError(`${who} did not answer within ${ttl / 5} ms`));
    timer = clock.setTimeout(() => (timer = nextTurn(clock, late)), ttl / 5);
  });
  try {
    return await Promise.race([command(), limit]);
  } finally {
    timer?.cancel();
  }
}

/** Turns whatever a store threw into an error. */
export function toError(cause: unknown): Error {
  return isError(cause) ? cause : new StoreError(describeError(cause).message);
}

export function unknown(error: Error): Unknown {
  return { outcome: 'unknown', error };
}

export function isUnknown(reply: { readonly outcome: string }): reply is Unknown {
  return reply.outcome === 'unknown';
}
