import type { FleetBoard, LeaseRecord, LookRequest } from '../lease/index.js';

/** Leases and entries that are read in one piece. */
const PART = 500;

/** Reads leases of any number, with any number of entries, in parts, and gives them one by one, each whole. */
export async function* readLeases(
  board: FleetBoard,
  requests: Iterable<LookRequest>,
): AsyncGenerator<LeaseRecord, void> {
  let open: LeaseRecord | undefined;
  for (const part of inParts(requests)) {
    for (const record of await board.look(part)) {
      if (open?.key === record.key) open = joined(open, record);
      else {
        if (open) yield open;
        open = record;
      }
    }
  }
  if (open) yield open;
}

/** A request for too many entries becomes several, one after the other. */
function* inParts(requests: Iterable<LookRequest>): Generator<readonly LookRequest[], void> {
  let part: LookRequest[] = [];
  let left = PART;
  for (const { key, fields } of requests) {
    let position = 0;
    do {
      if (left < 2) {
        yield part;
        part = [];
        left = PART;
      }
      const piece = fields.slice(position, position + left - 1);
      part.push({ key, fields: piece });
      position += piece.length;
      left -= 1 + piece.length;
    } while (position < fields.length);
  }
  if (part.length > 0) yield part;
}

function joined(first: LeaseRecord, second: LeaseRecord): LeaseRecord {
  const isKnown = first.ledger !== undefined && second.ledger !== undefined;
  return { ...second, ledger: isKnown ? { ...first.ledger, ...second.ledger } : undefined };
}
