import { EVERY, type Run, type TermEvent } from '../apps/placement-settings.js';

/** What happened on one replica. */
export interface Told {
  readonly replica: string;
  readonly terms: readonly TermEvent[];
  readonly runs: readonly Run[];
  /** When its process was killed, after which it leads nothing; `undefined`: it was not. */
  readonly killedAt?: number | undefined;
}

/** A term of a key. */
export interface Tenure {
  readonly key: string;
  readonly replica: string;
  readonly from: number;
  /** `Infinity`: it lasts. */
  readonly to: number;
}

/** All terms of a fleet, in the order of their beginning. */
export function tenuresOf(fleet: readonly Told[]): readonly Tenure[] {
  const tenures = fleet.flatMap(({ replica, terms, killedAt = Infinity }) =>
    terms.flatMap(({ event, key, at }, i) => {
      if (event !== 'elected') return [];
      const end = terms.slice(i + 1).find((later) => later.event === 'revoked' && later.key === key);
      return [{ key, replica, from: at, to: Math.min(end?.at ?? Infinity, killedAt) }];
    }),
  );
  return tenures.sort((a, b) => a.from - b.from);
}

/** How many keys each replica led at a moment. */
export function sharesAt(tenures: readonly Tenure[], at: number): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { replica, from, to } of tenures)
    if (from <= at && at < to) shares.set(replica, (shares.get(replica) ?? 0) + 1);
  return shares;
}

/** How far the furthest of these replicas was from its share, in keys; all others should lead nothing. */
export function unevenness(
  tenures: readonly Tenure[],
  at: number,
  replicas: readonly string[],
  keys: number,
): number {
  const shares = sharesAt(tenures, at);
  const share = keys / replicas.length;
  const others = [...shares].filter(([replica]) => !replicas.includes(replica)).map(([, count]) => count);
  return Math.max(...replicas.map((replica) => Math.abs((shares.get(replica) ?? 0) - share)), ...others);
}

/** Begins of terms on another replica than the one that led the key before. */
export function moves(tenures: readonly Tenure[], from = -Infinity, to = Infinity): readonly Tenure[] {
  const leaders = new Map<string, string>();
  return tenures.filter(({ key, replica, from: at }) => {
    const before = leaders.get(key);
    leaders.set(key, replica);
    return before !== undefined && before !== replica && at >= from && at < to;
  });
}

function byWorker(
  fleet: readonly Told[],
): ReadonlyMap<string, readonly (Run & { readonly replica: string })[]> {
  const workers = new Map<string, (Run & { readonly replica: string })[]>();
  for (const { replica, runs } of fleet)
    for (const run of runs) {
      const known = workers.get(run.worker);
      if (known) known.push({ ...run, replica });
      else workers.set(run.worker, [{ ...run, replica }]);
    }
  for (const runs of workers.values()) runs.sort((a, b) => a.from - b.from);
  return workers;
}

export interface Verdict {
  /** Runs that began while another one of the same worker was going on. */
  readonly overlaps: number;
  /** Slots that ran twice, and that never ran. */
  readonly doubled: number;
  readonly lost: number;
  /** Of workers with an interval. */
  readonly runsPerInterval: number;
  /** How late the first run after each change of leaders began, beyond one interval after the last run before it, ms. */
  readonly gaps: readonly number[];
}

/** Judges all runs between two moments; a little time should have passed since the second one. */
export function judge(fleet: readonly Told[], from: number, to: number): Verdict {
  const verdict = { overlaps: 0, doubled: 0, lost: 0 };
  const gaps: number[] = [];
  let [runs, intervals] = [0, 0];
  const [first, last] = [Math.ceil(from / EVERY), Math.floor(to / EVERY)];
  for (const [worker, all] of byWorker(fleet)) {
    verdict.overlaps += all.filter((run, i) => (all[i - 1]?.to ?? 0) > run.from).length;
    if (worker.startsWith('slot-')) {
      const due = all.map((run) => run.due / EVERY).filter((slot) => slot >= first && slot < last);
      const slots = new Set(due).size;
      verdict.doubled += due.length - slots;
      verdict.lost += last - first - slots;
      continue;
    }
    const within = all.filter((run) => run.from >= from && run.from < to);
    const next = all.find((run) => run.from >= to)?.from ?? to;
    runs += within.length;
    // From run to run, so that nothing depends on where the window cuts an interval.
    intervals += (next - (within[0]?.from ?? from)) / EVERY;
    for (const run of within) {
      const before = all[all.indexOf(run) - 1];
      if (before && before.replica !== run.replica) gaps.push(run.from - before.from - EVERY);
    }
  }
  return { ...verdict, gaps, runsPerInterval: runs / intervals };
}
