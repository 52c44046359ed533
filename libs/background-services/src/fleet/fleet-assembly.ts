import type { LeaseRecord, LookRequest } from '../lease/index.js';
import type { WorkerOutline } from '../workers/index.js';
import { differencesOf } from './differences.js';
import type { FleetKey, FleetReplica, FleetView, FleetWarning, FleetWorker } from './fleet-view.js';
import { type KeyFacts, keyWarnings, toKey } from './key-view.js';
import { shownFields } from './ledger-fields.js';
import type { ReplicaPresence } from './replica-presence.js';
import { ReplicaTroubles } from './replica-troubles.js';
import { sortInSteps } from './sort-in-steps.js';
import { agree, Source } from './sources.js';
import { toWorker, uniqueWorkers, workerWarnings } from './worker-view.js';
import { worstFirst } from './worst-first.js';

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

/** The keys that an act is about, as far as these replicas or `keys` name them; lists that replicas share are searched once. */
export function keysAbout(
  { worker, key }: Subject,
  presences: Iterable<ReplicaPresence>,
  keys: readonly string[],
): ReadonlySet<string> {
  const found = new Set(worker === undefined ? keys.filter((each) => each === key) : []);
  const searched = new Set<readonly WorkerOutline[]>();
  for (const { workers, terms } of presences) {
    if (worker === undefined && terms.some((term) => term.key === key)) found.add(key ?? '');
    if (searched.has(workers)) continue;
    searched.add(workers);
    for (const each of workers) {
      const isMeant = worker === undefined ? each.key === key : each.name === worker;
      if (isMeant && (key === undefined || each.key === key)) found.add(each.key);
    }
  }
  return found;
}

/** Puts together what the board and the leases say. */
export function assembleView({ now, askedOf, presences, departed, leases }: FleetFacts): FleetView {
  const assembly = new FleetAssembly(now, askedOf);
  for (const presence of presences) atOnce(assembly.add(presence));
  for (const gone of departed) atOnce(assembly.addDeparted(gone));
  for (const lease of leases) atOnce(assembly.addLease(lease));
  return atOnce(assembly.view());
}

function atOnce<Result>(steps: Generator<undefined, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** What replicas say of one key, as it comes together. */
interface KeyNotes {
  /** Of those that are there. */
  readonly sources: Source[];
  /** Of those that are not, if none that is there names the key. */
  readonly lost: Source[];
  readonly since: Map<string, number>;
  readonly lostWith: string[];
  /** Whether a replica names it that is there. */
  isThere: boolean;
}

/**
 * A view of the fleet that is put together step by step, each of which is small: first the presences of those that are there, then the last words of
 * those that are not, then the leases. Replicas that share a list of workers are one source: what grows with the workers is done once for them.
 */
export class FleetAssembly {
  readonly #notes = new Map<string, KeyNotes>();
  readonly #presences = new Map<string, ReplicaPresence>();
  readonly #sources = new Map<readonly WorkerOutline[], Source>();
  readonly #lost = new Map<readonly WorkerOutline[], Source>();
  /** When those that are gone said so last. */
  readonly #lastWords = new Map<string, number>();
  readonly #leads = new Map<string, string[]>();
  readonly #keys: FleetKey[] = [];
  readonly #workers: FleetWorker[] = [];
  readonly #warnings: FleetWarning[] = [];
  readonly #troubles = new ReplicaTroubles();

  /** @param now of the store's clock, ms since the epoch */
  constructor(
    private readonly now: number,
    private readonly askedOf: string,
    /** What alone is wanted of keys and workers. */
    private readonly only?: ReadonlySet<string>,
  ) {}

  has(replica: string): boolean {
    return this.#presences.has(replica);
  }

  /** A key that is shown, whether a replica names it or not. */
  name(key: string): void {
    this.#notesOf(key);
  }

  /** A replica that is there. */
  *add(presence: ReplicaPresence): Generator<undefined, void> {
    const { id, terms, workers, troubles } = presence;
    this.#presences.set(id, presence);
    for (const trouble of troubles) this.#troubles.add(id, trouble);
    for (const { key, since } of terms) {
      const notes = this.#wanted(key);
      if (!notes) continue;
      notes.isThere = true;
      notes.since.set(id, since);
      yield;
    }
    const known = this.#sources.get(workers);
    const source = known ?? new Source(workers);
    source.add(presence);
    if (known) return;
    this.#sources.set(workers, source);
    for (const key of this.#keysOf(source)) {
      const notes = this.#wanted(key);
      if (!notes) continue;
      notes.isThere = true;
      notes.sources.push(source);
      yield;
    }
  }

  /** One that is not. What goes on elsewhere is told of by who has it now. */
  *addDeparted(presence: ReplicaPresence): Generator<undefined, void> {
    const { id, at, terms, workers } = presence;
    if (at !== undefined) this.#lastWords.set(id, at);
    for (const { key } of terms) {
      this.#miss(key, id);
      yield;
    }
    const known = this.#lost.get(workers);
    const source = known ?? new Source(workers);
    source.add(presence);
    this.#lost.set(workers, source);
    for (const key of this.#keysOf(source)) {
      const notes = this.#miss(key, id);
      if (!known) notes?.lost.push(source);
      yield;
    }
  }

  /** The leases to be added, with what is to be read of their ledgers. */
  *requests(): Generator<LookRequest, void> {
    for (const key of this.#notes.keys()) yield { key, fields: shownFields(this.#workersOf(key)) };
  }

  #workersOf(key: string): ReadonlySet<string> {
    const { sources = [], lost = [] } = this.#notes.get(key) ?? {};
    const names = new Set<string>();
    for (const { byKey } of [...sources, ...lost])
      for (const { name } of byKey.get(key) ?? []) names.add(name);
    return names;
  }

  /** In steps, a worker each: one key may have thousands. */
  *addLease(lease: LeaseRecord): Generator<undefined, void> {
    const notes = this.#notesOf(lease.key) ?? newNotes();
    const facts: KeyFacts = { ...notes, lastWords: this.#lastWords };
    const key = toKey(lease, facts, (replica) => this.has(replica), this.now);
    this.#keys.push(key);
    if (key.state === 'led' && key.leader !== null) append(this.#leads, key.leader, key.key);
    this.#warnings.push(...keyWarnings(key));
    if (lease.ledger === undefined)
      this.#warnings.push({ kind: 'unreadable', key: key.key, message: 'its ledger cannot be read' });
    if (!agree(notes.sources, key.key)) {
      const announced = notes.sources.flatMap((source) =>
        source.announcements(key.key, (replica) => this.has(replica)),
      );
      this.#warnings.push(...differencesOf(key.key, announced));
    }
    for (const [worker, isAbsent] of uniqueWorkers([...notes.sources, ...notes.lost], key)) {
      const shown = toWorker(worker, key, isAbsent, lease.ledger ?? {}, this.now);
      this.#workers.push(shown);
      this.#warnings.push(...workerWarnings(shown));
      yield;
    }
  }

  /** In steps. */
  *view(): Generator<undefined, FleetView> {
    const replicas: FleetReplica[] = [];
    for (const presence of this.#presences.values())
      replicas.push(
        this.#toReplica(presence, yield* sortInSteps(this.#leads.get(presence.id) ?? [], String)),
      );
    return {
      asOf: new Date(this.now),
      current: true,
      extent: 'fleet',
      askedOf: this.askedOf,
      replicas: yield* sortInSteps(replicas, ({ id }) => id),
      keys: yield* sortInSteps(this.#keys, ({ key }) => key),
      workers: yield* sortInSteps(this.#workers, ({ name }) => name),
      warnings: yield* worstFirst([...this.#warnings, ...this.#troubles.warnings()]),
    };
  }

  #toReplica(presence: ReplicaPresence, leads: readonly string[]): FleetReplica {
    const { id, host, pid, version, node, uptime, eventLoopLag, enabled, extensions, cut } = presence;
    const { placement = null } = presence;
    const told = { id, host, pid, version, node, uptime, eventLoopLag, enabled, placement, extensions };
    return { ...told, ...(cut ? { cut } : {}), leads };
  }

  /** `undefined`: somebody who is there has the key. */
  #miss(key: string, replica: string): KeyNotes | undefined {
    const notes = this.#wanted(key);
    if (!notes || notes.isThere) return undefined;
    if (notes.lostWith.at(-1) !== replica) notes.lostWith.push(replica);
    return notes;
  }

  #keysOf({ byKey }: Source): Iterable<string> {
    return this.only ? [...this.only].filter((key) => byKey.has(key)) : byKey.keys();
  }

  #wanted(key: string): KeyNotes | undefined {
    return this.only?.has(key) === false ? undefined : this.#notesOf(key);
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
  return { sources: [], lost: [], since: new Map(), lostWith: [], isThere: false };
}

function append(lists: Map<string, string[]>, name: string, item: string): void {
  const list = lists.get(name);
  if (list) list.push(item);
  else lists.set(name, [item]);
}
