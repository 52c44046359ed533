import { inBackground } from '../kit/index.js';
import { circuitField } from './circuit-snapshot.js';
import { startField } from './schedules/interval-schedule.js';
import { slotField } from './schedules/cron-entry.js';
import type { TermLedger } from './term-ledger.js';
import type { WorkerDefinition } from './worker-definition.js';
import { pauseField, recordField } from './worker-record.js';

/** Entries that a worker has in the ledger of its key. */
const PUT = [startField, circuitField, pauseField];
/** Those that are not simply put: reports are taken, slots claimed. */
const ADOPTED = [recordField, slotField];
const FIELDS = [...PUT, ...ADOPTED];

type Named = Pick<WorkerDefinition, 'name' | 'place'>;

/**
 * Moves what an earlier build left in the ledger under another name to the worker's name of today.
 *
 * A worker without a name of its own is called `Class.method`, and a bundler that minifies classes calls the class something else in each
 * build. The key has no other worker and the method is the same one: then it is the same work, and its cadence, slots, pause and breaker go
 * on. Returns the name that was found, or undefined.
 */
export function adoptRenamed(ledger: TermLedger, { name, place }: Named): string | undefined {
  // A name that somebody chose is another worker when it changes.
  if (name !== place || isKnown(ledger, name)) return undefined;
  const method = name.slice(name.lastIndexOf('.'));
  const [former, ...others] = namesIn(ledger);
  if (former === undefined || others.length > 0 || !former.endsWith(method)) return undefined;
  for (const field of PUT) {
    const value = ledger.get(field(former));
    if (!value) continue;
    ledger.put(field(name), value);
    ledger.put(field(former), MOVED);
  }
  for (const field of ADOPTED) ledger.adopt(field(former), field(name));
  ledger.put(recordField(former), MOVED);
  // Not with the first claim only: a successor that finds anything under the new name looks for nothing under the former one.
  const slots = ledger.get(slotField(name));
  if (slots) inBackground(ledger.compareAndSet(slotField(name), slots));
  return former;
}

/** The entries that a worker of this name has in the ledger of its key. */
export function fieldsOf(name: string): readonly string[] {
  return FIELDS.map((field) => field(name));
}

/** The ledger cannot forget an entry. An empty one says nothing. */
const MOVED = '';

function isKnown(ledger: TermLedger, name: string): boolean {
  return FIELDS.some((field) => Boolean(ledger.get(field(name))));
}

function namesIn(ledger: TermLedger): ReadonlySet<string> {
  const prefixes = FIELDS.map((field) => field(''));
  const names = ledger
    .fields()
    .filter((field) => ledger.get(field))
    .flatMap((field) => prefixes.filter((p) => field.startsWith(p)).map((p) => field.slice(p.length)));
  return new Set(names);
}
