import { type FleetWarning, WARNING_KINDS } from './fleet-view.js';
import { sortInSteps } from './sort-in-steps.js';

/** A letter for each kind, the worst first. */
const RANKS = new Map(WARNING_KINDS.map((kind, rank) => [kind, String.fromCharCode(65 + rank)]));

/** Orders warnings, in steps: the worst kind first, those of one kind by key and worker. */
export function worstFirst(warnings: readonly FleetWarning[]): Generator<undefined, FleetWarning[]> {
  return sortInSteps(
    warnings,
    ({ kind, key = '', worker = '' }) => `${RANKS.get(kind) ?? 'A'}${key}\n${worker}`,
  );
}
