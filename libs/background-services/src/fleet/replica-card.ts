import type { WorkerMode, WorkerOutline } from '../workers/index.js';
import { type Catalogue, encodeExceptions } from './catalogue.js';
import type { PresenceTerm, PresenceTrouble, ReplicaPresence } from './replica-presence.js';

/** No replica posts more than this of itself with a beat, bytes. */
export const LONGEST_CARD = 4_096;

/** What each may take of it, bytes of JSON. */
const LONGEST_ID = 512;
const LONGEST_WORD = 200;
const LONGEST_TROUBLE = 400;
const LONGEST_TROUBLES = 900;
const LONGEST_EXCEPTIONS = 1_000;
/** For what is named as cut. */
const RESERVE = 120;

/** What a replica says of itself, but for its workers. */
export type CardFacts = Omit<ReplicaPresence, 'workers' | 'catalogue' | 'modes' | 'exceptions' | 'cut'>;

interface Listed {
  readonly kind: 'listed';
  readonly workers: readonly WorkerOutline[];
}

/** `listed`: they are few. `catalogue`: they are in there. `later`: they will be, once it is posted. */
export type CardWorkers =
  | Listed
  | {
      readonly kind: 'catalogue';
      readonly catalogue: Pick<Catalogue, 'id' | 'workers'>;
      readonly modeOf: (worker: string) => WorkerMode | undefined;
    }
  | { readonly kind: 'later' };

/**
 * Writes what a replica posts of itself with each beat: never more than {@link LONGEST_CARD}, whatever it leads. What does not fit is left out and
 * named, the least important first: the terms can be read from the leases. `undefined`: its workers do not fit, and have to be posted as a catalogue.
 */
export function encodeCard(facts: CardFacts, workers: Exclude<CardWorkers, Listed>): string;
export function encodeCard(facts: CardFacts, workers: CardWorkers): string | undefined;
export function encodeCard(facts: CardFacts, workers: CardWorkers): string | undefined {
  const { at, id, host, pid, version, node, uptime, eventLoopLag, enabled, placement } = facts;
  const card = new Card({
    ...(at === undefined ? {} : { at }),
    ...(sizeOf(id) <= LONGEST_ID ? { id } : {}),
    ...{ host: fitting(host, LONGEST_WORD), pid },
    version: version === null ? null : fitting(version, LONGEST_WORD),
    ...{ node: fitting(node, LONGEST_WORD), uptime, eventLoopLag, enabled },
    ...(placement ? { placement } : {}),
  });
  switch (workers.kind) {
    case 'catalogue': {
      const { catalogue, modeOf } = workers;
      card.add('catalogue', catalogue.id);
      const exceptions = encodeExceptions(catalogue.workers, modeOf);
      if (sizeOf(exceptions) > LONGEST_EXCEPTIONS) card.cut('modes');
      else if (Object.keys(exceptions).length > 0) card.add('exceptions', exceptions);
      break;
    }
    case 'later':
      card.cut('workers');
      break;
    case 'listed':
      if (!card.add('workers', workers.workers)) return undefined;
  }
  addTroubles(card, facts.troubles);
  if (!addExtensions(card, facts.extensions) && workers.kind === 'listed') return undefined;
  addTerms(card, facts.terms);
  return card.text();
}

/** Members of an object, as many as fit. */
class Card {
  readonly #members = new Map<string, unknown>();
  readonly #cut: string[] = [];
  #left = LONGEST_CARD - RESERVE;

  constructor(head: object) {
    for (const [name, value] of Object.entries(head)) this.add(name, value);
  }

  get left(): number {
    return this.#left;
  }

  /** Returns whether it fits. */
  add(name: string, value: unknown): boolean {
    const size = sizeOf(name) + sizeOf(value) + 2;
    if (size > this.#left) return false;
    this.#left -= size;
    this.#members.set(name, value);
    return true;
  }

  /** Says that something is missing. */
  cut(what: string): void {
    if (sizeOf([...this.#cut, what]) < RESERVE - 20) this.#cut.push(what);
    else if (this.#cut.at(-1) !== 'more') this.#cut.push('more');
  }

  text(): string {
    const cut = this.#cut.length > 0 ? { cut: this.#cut } : {};
    return JSON.stringify({ ...Object.fromEntries(this.#members), ...cut });
  }
}

function addTroubles(card: Card, troubles: readonly PresenceTrouble[]): void {
  const told: PresenceTrouble[] = [];
  for (const trouble of troubles) {
    const next = { ...trouble, message: fitting(trouble.message, LONGEST_TROUBLE) };
    if (sizeOf([...told, next]) > Math.min(LONGEST_TROUBLES, card.left - 20)) {
      card.cut('troubles');
      break;
    }
    told.push(next);
  }
  card.add('troubles', told);
}

/** Each one whole, or not at all: nobody could read a part. Returns whether all fit. */
function addExtensions(card: Card, extensions: Readonly<Record<string, unknown>>): boolean {
  const told: [string, unknown][] = [];
  const missing: string[] = [];
  for (const [name, value] of Object.entries(extensions)) {
    const next: [string, unknown][] = [...told, [name, value]];
    if (sizeOf(Object.fromEntries(next)) > card.left - 20) missing.push(name);
    else told.push([name, value]);
  }
  card.add('extensions', Object.fromEntries(told));
  for (const name of missing) card.cut(`extensions.${name}`);
  return missing.length === 0;
}

/** All or none: whoever finds none reads them from the leases. */
function addTerms(card: Card, terms: readonly PresenceTerm[]): void {
  // A term takes more than 40 bytes.
  if (terms.length * 40 <= card.left) card.add('terms', terms);
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** As much of a text as fits. */
function fitting(text: string, bytes: number): string {
  if (sizeOf(text) <= bytes) return text;
  let short = text.slice(0, bytes);
  while (sizeOf(short) > bytes - 3) short = short.slice(0, Math.floor(short.length * 0.8));
  return `${short}…`;
}
