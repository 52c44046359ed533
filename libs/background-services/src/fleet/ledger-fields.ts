import { circuitField, pauseField, recordField, TERMS_FIELD } from '../workers/index.js';

/** Ledger field that says who took a key out of service. */
export const DISABLED_FIELD = 'disabled';

/** The entries of a key's ledger that the view of the fleet shows. */
export function shownFields(workers: Iterable<string>): readonly string[] {
  const fields = [TERMS_FIELD, DISABLED_FIELD];
  for (const worker of workers) fields.push(recordField(worker), pauseField(worker), circuitField(worker));
  return fields;
}
