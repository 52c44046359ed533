import { DISABLED_HOLDER, type FleetBoard } from '../lease/index.js';
import type { Replica } from '../manager/index.js';
import type { Pace } from './pace.js';
import { readLeases } from './read-leases.js';

/**
 * Takes over what operators wrote beside the leases that are led here: who is paused, and what was taken out of service. A key that is back in
 * service is campaigned for again.
 */
export async function takeFlags(board: FleetBoard, replica: Replica, pace: Pace): Promise<void> {
  const fieldsOf = new Map(replica.terms().map(({ key }) => [key, replica.pauseFields(key)] as const));
  const disabled = replica.keysHeldBy(DISABLED_HOLDER).filter((key) => !fieldsOf.has(key));
  const requests = [...fieldsOf, ...disabled.map((key) => [key, []] as const)];
  let isToRenew = false;
  for await (const { key, holder, ledger } of readLeases(
    board,
    requests.map(([each, fields]) => ({ key: each, fields })),
  )) {
    const fields = fieldsOf.get(key);
    await pace.spend(1 + (fields?.length ?? 0));
    // Enabled again, which no message may have told.
    if (!fields) {
      if (holder === null) replica.onReleased(key, DISABLED_HOLDER);
      continue;
    }
    // What cannot be read is unknown: who is paused stays so.
    if (ledger) replica.takePauseFlags(key, fields, ledger);
    // Taken out of service, or freed: asking for a renewal tells, and ends the term.
    isToRenew ||= holder !== replica.instanceId;
  }
  if (isToRenew) replica.renewNow();
}
