import type { LeaseRecord, LookRequest } from '../lease/index.js';
import { type Announcement, differencesOf } from './differences.js';
import type { FleetKey, FleetReplica, FleetView, FleetWarning, FleetWorker } from './fleet-view.js';
import { type KeyFacts, keyWarnings, toKey } from './key-view.js';
import { shownFields } from './ledger-fields.js';
import type { ReplicaPresence } from './replica-presence.js';
import { ReplicaTroubles } from './replica-troubles.js';
import { toWorker, uniqueWorkers, workerWarnings } from './worker-view.js';
import { by, worstFirst } from './worst-first.js';

/** More keys than any fleet has: what names further ones is somebody else's. */
const MOST_KEYS = 100_000;

/** What an act is upon: a worker, of this key if one is given, or else a key. */
export interface Subject {
  readonly worker?: string;
  readonly key: string | undefined;
}

export interface FleetFacts {
  /** Of the store's clock, ms since the epoch. */
  readonly now: number;
  readonly askedOf: string;
  /** Of the replicas that are there. */
  readonly presences: readonly ReplicaPresence[];
  /** Last words of those that went without taking leave. */
  readonly departed: readonly ReplicaPresence[];
  readonly leases: readonly LeaseRecord[];
}

/** Puts together what the board and the leases say. */
export function assembleView({ now, askedOf, presences, departed, leases }: FleetFacts): FleetView {
  const assembly = new FleetAssembly(now, askedOf);
  for (const presence of presences) assembly.add(presence);
  for (const gone of departed) assembly.addDeparted(gone);
  for (const lease of leases) Array.from(assembly.addLease(lease));
  return assembly.view();
}

/** What replicas say of one key, as it comes together. */
interface KeyNotes extends KeyFacts {
  readonly announced: Announcement[];
  /** Replicas that announce it and do not campaign: their workers are shown, but compete with nobody's. */
  readonly idle: Set<string>;
  readonly since: Map<string, number>;
  readonly lastWords: Map<string, number>;
  /** Whether a replica names it that is there. */
  isThere: boolean;
  readonly lostWith: string[];
}

/**
 * A view of the fleet that is put together step by step, each of which is linear in what it adds: first the presences of those that are there,
 * then the last words of those that are not, then the leases.
 */
export class FleetAssembly {
  readonly #notes = new Map<string, KeyNotes>();
  readonly #presences = new Map<string, ReplicaPresence>();
  readonly #leads = new Map<string, string[]>();
  readonly #keys: FleetKey[] = [];
  readonly #workers: FleetWorker[] = [];
  readonly #warnings: FleetWarning[] = [];
  readonly #troubles = new ReplicaTroubles();

  /** @param now of the store's clock, ms since the epoch */
  constructor(
    private readonly now: number,
    private readonly askedOf: string,
  ) {}

  has(replica: string): boolean {
    return this.#presences.has(replica);
  }

  /** A key that is shown, whether a replica names it or not. */
  name(key: string): void {
    this.#notesOf(key);
  }

  /** A replica that is there. */
  add(presence: ReplicaPresence): void {
    const { id, terms, workers, enabled, troubles } = presence;
    this.#presences.set(id, presence);
    for (const trouble of troubles) this.#troubles.add(id, trouble);
    for (const { key, since } of terms) this.#meet(key)?.since.set(id, since);
    for (const worker of workers) {
      const notes = this.#meet(worker.key);
      notes?.announced.push({ replica: id, worker });
      if (!enabled) notes?.idle.add(id);
    }
  }

  /** One that is not. What goes on elsewhere is told of by who has it now. */
  addDeparted({ id, at, terms, workers }: ReplicaPresence): void {
    if (at !== undefined) for (const { key } of terms) this.#notesOf(key)?.lastWords.set(id, at);
    for (const { key } of terms) this.#miss(key, id);
    for (const worker of workers) this.#miss(worker.key, id)?.announced.push({ replica: id, worker });
  }

  /** The keys that an act upon a worker or a key is about, as far as anybody names them. */
  keysOf({ worker, key }: Subject): readonly string[] {
    if (worker === undefined) return key !== undefined && this.#notes.has(key) ? [key] : [];
    return [...this.#notes].flatMap(([name, { announced }]) => {
      const isMeant = key === undefined || name === key;
      return isMeant && announced.some((each) => each.worker.name === worker) ? [name] : [];
    });
  }

  /** The leases to be added, with what is to be read of their ledgers. @param keys @default all */
  *requests(keys: Iterable<string> = this.#notes.keys()): Generator<LookRequest, void> {
    for (const key of keys) {
      const workers = this.#notes.get(key)?.announced.map(({ worker }) => worker.name) ?? [];
      yield { key, fields: shownFields(new Set(workers)) };
    }
  }

  /** In steps, a worker each: one key may have thousands. */
  *addLease(lease: LeaseRecord): Generator<undefined, void> {
    const notes = this.#notesOf(lease.key) ?? newNotes();
    const key = toKey(lease, notes, (replica) => this.has(replica), this.now);
    this.#keys.push(key);
    if (key.state === 'led' && key.leader !== null) append(this.#leads, key.leader, key.key);
    this.#warnings.push(...keyWarnings(key));
    if (lease.ledger === undefined)
      this.#warnings.push({ kind: 'unreadable', key: key.key, message: 'its ledger cannot be read' });
    this.#warnings.push(
      ...differencesOf(
        key.key,
        notes.announced.filter(({ replica }) => !notes.idle.has(replica) && this.has(replica)),
      ),
    );
    for (const [worker, isAbsent] of uniqueWorkers(notes.announced, key)) {
      const shown = toWorker(worker, key, isAbsent, lease.ledger ?? {}, this.now);
      this.#workers.push(shown);
      this.#warnings.push(...workerWarnings(shown));
      yield;
    }
  }

  view(): FleetView {
    return {
      asOf: new Date(this.now),
      current: true,
      extent: 'fleet',
      askedOf: this.askedOf,
      replicas: [...this.#presences.values()]
        .map((presence) => this.#toReplica(presence))
        .sort(by(({ id }) => id)),
      keys: this.#keys.sort(by(({ key }) => key)),
      workers: this.#workers.sort(by(({ name }) => name)),
      warnings: [...this.#warnings, ...this.#troubles.warnings()].sort(worstFirst),
    };
  }

  #toReplica({
    at: _at,
    terms: _terms,
    workers: _workers,
    troubles: _troubles,
    ...told
  }: ReplicaPresence): FleetReplica {
    return { ...told, leads: (this.#leads.get(told.id) ?? []).sort() };
  }

  #meet(key: string): KeyNotes | undefined {
    const notes = this.#notesOf(key);
    if (notes) notes.isThere = true;
    return notes;
  }

  /** `undefined`: somebody who is there has the key. */
  #miss(key: string, replica: string): KeyNotes | undefined {
    const notes = this.#notesOf(key);
    if (!notes || notes.isThere) return undefined;
    if (notes.lostWith.at(-1) !== replica) notes.lostWith.push(replica);
    return notes;
  }

  #notesOf(key: string): KeyNotes | undefined {
    const known = this.#notes.get(key);
    if (known || this.#notes.size >= MOST_KEYS) return known;
    const notes = newNotes();
    this.#notes.set(key, notes);
    return notes;
  }
}

function newNotes(): KeyNotes {
  return {
    announced: [],
    idle: new Set(),
    since: new Map(),
    lastWords: new Map(),
    isThere: false,
    lostWith: [],
  };
}

function append(lists: Map<string, string[]>, name: string, item: string): void {
  const list = lists.get(name);
  if (list) list.push(item);
  else lists.set(name, [item]);
}
