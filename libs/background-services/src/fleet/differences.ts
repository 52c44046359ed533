import { show } from '../errors/index.js';
import type { FleetWarning } from './fleet-view.js';
import type { WorkerOutline } from '../workers/index.js';

/** What one replica says that it has under a key. */
export interface Announcement {
  readonly replica: string;
  readonly worker: WorkerOutline;
}

/** A message names so many replicas, workers and schedules; of the rest it tells the number. */
const NAMED = 3;

/** In what the replicas of one key differ: in their workers, or in the schedule of one. */
export function differencesOf(key: string, announced: readonly Announcement[]): readonly FleetWarning[] {
  const byReplica = new Map<string, string[]>();
  const byWorker = new Map<string, Announcement[]>();
  for (const announcement of announced) {
    const { replica, worker } = announcement;
    append(byReplica, replica, worker.name);
    append(byWorker, worker.name, announcement);
  }
  if (byReplica.size < 2) return [];
  return [...otherWorkers(key, byReplica, byWorker), ...otherSchedules(key, byWorker)];
}

function otherWorkers(
  key: string,
  byReplica: ReadonlyMap<string, readonly string[]>,
  byWorker: ReadonlyMap<string, readonly Announcement[]>,
): readonly FleetWarning[] {
  const shared = new Set(
    [...byWorker].flatMap(([name, those]) => (those.length === byReplica.size ? [name] : [])),
  );
  if (shared.size === byWorker.size) return [];
  const groups = new Map<string, string[]>();
  for (const [replica, names] of byReplica) {
    const own = names.filter((name) => !shared.has(name)).sort();
    append(groups, own.length === 0 ? 'none of them' : listOf(own.map(show)), replica);
  }
  const told = [...groups].map(([names, replicas]) => `${listOf(replicas)}: ${names}`);
  const message = `replicas announce different workers (${listOf(told, '; ')}); only those of the leader run`;
  return [{ kind: 'other-workers', key, message }];
}

function otherSchedules(
  key: string,
  byWorker: ReadonlyMap<string, readonly Announcement[]>,
): readonly FleetWarning[] {
  return [...byWorker].flatMap(([name, those]) => {
    const groups = new Map<string, string[]>();
    for (const { replica, worker } of those) append(groups, worker.schedule, replica);
    if (groups.size < 2) return [];
    const told = [...groups].map(([schedule, replicas]) => `${listOf(replicas)}: ${schedule}`);
    const message = `replicas announce different schedules (${listOf(told, '; ')})`;
    return [{ kind: 'other-schedules', key, worker: name, message } as const];
  });
}

function append<Item>(lists: Map<string, Item[]>, name: string, item: Item): void {
  const list = lists.get(name);
  if (list) list.push(item);
  else lists.set(name, [item]);
}

function listOf(texts: readonly string[], separator = ', '): string {
  const named = texts.slice(0, NAMED).join(separator);
  return texts.length > NAMED ? `${named} and ${texts.length - NAMED} more` : named;
}
