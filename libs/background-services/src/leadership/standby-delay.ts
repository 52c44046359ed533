import type { AcquireReply } from '../lease/index.js';
import { EXPIRY_SPREAD, type LeaseTiming, unknownRetryDelay } from './timing.js';

/**
 * How long a standby waits after a try in vain, ms: to the expiry of the holder's lease, spread so that not all come at once, or one retry
 * interval if that is sooner.
 * @param spread the heartbeat's random factor, 0 to 1: one for all keys of a replica, so that they stay in one round trip
 */
export function standbyDelay(
  reply: Exclude<AcquireReply, { readonly outcome: 'acquired' }>,
  timing: LeaseTiming,
  spread: number,
): number {
  if (reply.outcome === 'unknown') return unknownRetryDelay(timing) * (1 + timing.jitter * spread);
  const poll = timing.retryInterval * (1 + timing.jitter * (2 * spread - 1));
  if (reply.ttl === null) return poll;
  // Woken a moment before the expiry, it waits for just that moment: the spread was in the first wait already.
  const late = reply.ttl <= 5 ? 0 : spread * (EXPIRY_SPREAD - 1);
  return Math.min(poll, reply.ttl + 1 + late);
}
