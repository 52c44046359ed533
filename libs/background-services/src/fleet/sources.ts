import type { WorkerMode, WorkerOutline } from '../workers/index.js';
import type { Announcement } from './differences.js';
import type { ReplicaPresence } from './replica-presence.js';

type Outlines = readonly WorkerOutline[];

/** Lists of workers by key, of each list that was met: replicas of one version share theirs, and so do readings. */
const indexes = new WeakMap<Outlines, ReadonlyMap<string, Outlines>>();

interface Member {
  readonly enabled: boolean;
  readonly modes: ReadonlyMap<string, WorkerMode> | undefined;
}

/** Replicas that have the same list of workers. What they say of a key is looked at once for all of them. */
export class Source {
  readonly byKey: ReadonlyMap<string, Outlines>;
  readonly #members = new Map<string, Member>();

  constructor(workers: Outlines) {
    const known = indexes.get(workers) ?? indexOf(workers);
    indexes.set(workers, known);
    this.byKey = known;
  }

  get replicas(): Iterable<string> {
    return this.#members.keys();
  }

  add({ id, enabled, modes }: ReplicaPresence): void {
    this.#members.set(id, { enabled, modes });
  }

  has(replica: string | null): boolean {
    return replica !== null && this.#members.has(replica);
  }

  /** A worker as this replica has it; if it is not in here, as any does. */
  outline(worker: WorkerOutline, replica: string | null): WorkerOutline {
    const member = this.#members.get(replica ?? '') ?? this.#members.values().next().value;
    const mode = member?.modes?.get(worker.name);
    return mode === undefined ? worker : { ...worker, mode };
  }

  /** What those that campaign and of whom `counts` is true say of a key. */
  announcements(key: string, counts: (replica: string) => boolean): readonly Announcement[] {
    const workers = this.byKey.get(key) ?? [];
    return [...this.#members].flatMap(([replica, { enabled }]) =>
      enabled && counts(replica) ? workers.map((worker) => ({ replica, worker })) : [],
    );
  }
}

/** Whether all sources of a key have the same workers with the same schedules, so that they differ in nothing. */
export function agree(sources: readonly Source[], key: string): boolean {
  const [first, ...others] = sources.map(({ byKey }) => byKey.get(key) ?? []);
  return others.every(
    (workers) =>
      workers === first ||
      (workers.length === first?.length &&
        workers.every(({ name, schedule }, i) => name === first[i]?.name && schedule === first[i].schedule)),
  );
}

function indexOf(workers: Outlines): ReadonlyMap<string, Outlines> {
  const byKey = new Map<string, WorkerOutline[]>();
  for (const worker of workers) {
    const those = byKey.get(worker.key);
    if (those) those.push(worker);
    else byKey.set(worker.key, [worker]);
  }
  return byKey;
}
