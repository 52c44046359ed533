import { StoreError } from '../../errors/index.js';
import type { LeaseRef, Unknown } from '../lease-store.js';

/** Leases per script call: keeps one call short for other users of the Redis, and within Lua's argument limit. */
export const BATCH = 250;

/** Requests that can share a script call: at least one, of one holder and, if they have one, one TTL. */
export type Batch<Request> = readonly [Request, ...Request[]];

/** One call for up to `size` requests of one holder and TTL. What goes wrong with a call is `unknown` for each request in it. */
export async function inBatches<Request extends LeaseRef & { readonly ttl?: number }, Reply>(
  requests: readonly Request[],
  size: number,
  run: (batch: Batch<Request>) => Promise<readonly Reply[]>,
): Promise<readonly (Reply | Unknown)[]> {
  const batches: [Request, ...Request[]][] = [];
  for (const request of requests) {
    const last = batches.at(-1);
    const joins =
      last && last.length < size && last[0].holder === request.holder && last[0].ttl === request.ttl;
    if (joins) last.push(request);
    else batches.push([request]);
  }
  const calls = batches.map((batch) =>
    run(batch).catch((error: unknown): (Reply | Unknown)[] => batch.map(() => unknown(error))),
  );
  return (await Promise.all<readonly (Reply | Unknown)[]>(calls)).flat();
}

export function unknown(cause: unknown): Unknown {
  const error = cause instanceof Error ? cause : new StoreError(String(cause));
  // ioredis speaks of its options here, which are none of the reader's.
  const isBroken = error.name === 'MaxRetriesPerRequestError' || error.message.includes('enableOfflineQueue');
  return { outcome: 'unknown', error: isBroken ? new StoreError('The connection to Redis broke') : error };
}
