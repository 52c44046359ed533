import { describeError, isError, StoreError } from '../errors/index.js';
import type { Clock, Timer, Unknown } from '../lease/index.js';
import type { LeaseTiming } from './timing.js';

/**
 * Runs one command of a store, and rejects if it has not answered within a fifth of the TTL: a store that hangs must not hang the election.
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
    timer = clock.setTimeout(late, ttl / 5);
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
