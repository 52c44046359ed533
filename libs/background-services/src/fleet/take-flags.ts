import { DISABLED_HOLDER, type FleetBoard, type LookRequest } from '../lease/index.js';
import type { Replica } from '../manager/index.js';
import type { Pace } from './pace.js';
import { readLeases } from './read-leases.js';

/**
 * Takes over what operators wrote beside leases that are led here: who is paused, and what was taken out of service. A key that is back in service
 * is campaigned for again.
 */
export async function takeFlags(
  board: FleetBoard,
  replica: Replica,
  keys: Iterable<string>,
  pace: Pace,
): Promise<void> {
  const fieldsOf = new Map<string, readonly string[]>();
  const foreign: string[] = [];
  for await (const { key, holder, ledger } of readLeases(board, requestsOf(replica, keys, fieldsOf))) {
    const fields = fieldsOf.get(key);
    fieldsOf.delete(key);
    await pace.spend(1 + (fields?.length ?? 0));
    // Enabled again, which no message may have told.
    if (!fields) {
      if (holder === null) replica.onReleased(key, DISABLED_HOLDER);
      continue;
    }
    // What cannot be read is unknown: who is paused stays so.
    if (ledger) replica.takePauseFlags(key, fields, ledger);
    // Taken out of service, or freed: asking for a renewal tells, and ends the term.
    if (holder !== replica.instanceId) foreign.push(key);
  }
  if (foreign.length > 0) replica.renewNow(foreign);
}

/** What is to be read of those keys that are led here, or were out of service. */
function* requestsOf(
  replica: Replica,
  keys: Iterable<string>,
  fieldsOf: Map<string, readonly string[]>,
): Generator<LookRequest, void> {
  for (const key of keys) {
    if (replica.termOf(key) !== undefined) {
      const fields = replica.pauseFields(key);
      fieldsOf.set(key, fields);
      yield { key, fields };
    } else if (replica.holderOf(key) === DISABLED_HOLDER) yield { key, fields: [] };
  }
}
