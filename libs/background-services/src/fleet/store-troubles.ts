import { describeError } from '../errors/index.js';
import type { StoreWatch } from '../leadership/index.js';
import { troubleLine } from '../redis/index.js';
import type { PresenceTrouble } from './replica-presence.js';

/**
 * What a replica tells the others of its lease store.
 * @param now of this replica's wall clock, ms since the epoch
 */
export function storeTroubles(
  { fault, warnings }: Pick<StoreWatch, 'fault' | 'warnings'>,
  now: number,
): readonly PresenceTrouble[] {
  const { message } = describeError(fault?.error);
  // A command that is refused may be wanted for leases and for the fleet's view.
  const warned = warnings.filter((warning) => !fault || !message.includes(warning.reason));
  const troubles = warned.map((warning) => ({
    kind: 'store-warning' as const,
    message: troubleLine(warning),
    age: Math.max(0, now - warning.since),
  }));
  if (!fault) return troubles;
  const what = fault.state === 'unreachable' ? 'cannot lead' : 'cannot lead every key';
  return [{ kind: 'store-fault', message: `${what}: ${message}`, age: fault.failingFor }, ...troubles];
}
