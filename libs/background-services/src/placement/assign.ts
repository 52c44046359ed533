import { fmix32, hash32 } from '../kit/index.js';

/** A replica that keys can be led on. */
export interface Candidate {
  readonly id: string;
  /** Its share compared with those of the others. `0`: it accepts nothing. */
  readonly capacity: number;
  /** How many units it has. */
  readonly held: number;
}

/** What is placed as one: a key, with those that are led together with it. */
export type Unit = string;

/** What goes to whom: the units of each move in the order in which they are taken. */
export type Deal = ReadonlyMap<Unit, string>;

/**
 * How many units each replica should have: its share by capacity, rounded down or up. Who is rounded up is decided so that as few units as
 * possible have to move: first those who have more already, then the larger remainder.
 *
 * @param total of all units that are to be placed
 */
export function quotas(candidates: readonly Candidate[], total: number): ReadonlyMap<string, number> {
  const capacity = candidates.reduce((sum, each) => sum + each.capacity, 0);
  if (capacity <= 0) return new Map();
  const shares = candidates
    .filter((each) => each.capacity > 0)
    .map(({ id, capacity: own, held }) => {
      const share = (total * own) / capacity;
      const floor = Math.floor(share);
      return { id, floor, excess: held - floor, remainder: share - floor };
    });
  const seats = total - shares.reduce((sum, { floor }) => sum + floor, 0);
  const ranked = [...shares].sort(
    (a, b) =>
      Number(b.excess > 0) - Number(a.excess > 0) ||
      b.remainder - a.remainder ||
      b.excess - a.excess ||
      compare(a.id, b.id),
  );
  const up = new Set(ranked.slice(0, Math.round(seats)).map(({ id }) => id));
  return new Map(shares.map(({ id, floor }) => [id, floor + (up.has(id) ? 1 : 0)]));
}

/**
 * Deals units out by rendezvous hashing with bounded loads: each unit goes to the replica that it has the highest affinity to, among those
 * that have room. The units with the highest affinities choose first, so a unit more or less in the list changes little in what the others get.
 *
 * Thaler and Ravishankar, "Using name-based mappings to increase hit rates" (1998); Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing with
 * bounded loads" (2018). The bounds carry the weights.
 *
 * @param room how many units each replica takes
 * @param most how many units are dealt out at most; the others stay where they are
 * @param fits whether a replica can take a unit at all
 */
export function deal(
  units: readonly Unit[],
  room: ReadonlyMap<string, number>,
  most = Infinity,
  fits: (unit: Unit, taker: string) => boolean = () => true,
): Deal {
  const takers = [...room].flatMap(([id, free]) => (free > 0 ? [{ id, hash: hash32(id), free }] : []));
  const best = (unit: Unit, hash: number) => {
    let taker: (typeof takers)[number] | undefined;
    let highest = -1;
    for (const each of takers) {
      if (each.free <= 0) continue;
      const affinity = affinityOf(hash, each.hash);
      if (affinity <= highest || !fits(unit, each.id)) continue;
      highest = affinity;
      taker = each;
    }
    return { taker, highest };
  };
  const queue = units
    .map((unit) => {
      const hash = hash32(unit);
      return { unit, hash, highest: best(unit, hash).highest };
    })
    .sort((a, b) => b.highest - a.highest || compare(a.unit, b.unit));
  const dealt = new Map<Unit, string>();
  for (const { unit, hash } of queue) {
    if (dealt.size >= most) break;
    const { taker } = best(unit, hash);
    if (!taker) continue;
    taker.free -= 1;
    dealt.set(unit, taker.id);
  }
  return dealt;
}

/** What each replica has room for, up to its quota. */
export function roomOf(
  candidates: readonly Candidate[],
  quota: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map(candidates.map(({ id, held }) => [id, Math.max(0, (quota.get(id) ?? 0) - held)]));
}

/**
 * How many of its units a replica should hand over, and to whom: surplus and room are paired in the order of the ids, so that every replica that
 * sees the same counts knows what each gives and takes.
 */
export function handOvers(candidates: readonly Candidate[], giver: string): ReadonlyMap<string, number> {
  const sorted = [...candidates].sort((a, b) => compare(a.id, b.id));
  const quota = quotas(
    sorted,
    sorted.reduce((sum, { held }) => sum + held, 0),
  );
  if (quota.size === 0) return new Map();
  const takers = [...roomOf(sorted, quota)].map(([id, free]) => ({ id, free }));
  const given = new Map<string, number>();
  let next = 0;
  for (const { id, held } of sorted) {
    let surplus = Math.max(0, held - (quota.get(id) ?? 0));
    for (let taker = takers[next]; surplus > 0 && taker; taker = takers[next]) {
      const count = Math.min(surplus, taker.free);
      if (id === giver && count > 0) given.set(taker.id, count);
      surplus -= count;
      taker.free -= count;
      if (taker.free === 0) next += 1;
    }
  }
  return given;
}

function affinityOf(unit: number, replica: number): number {
  return fmix32((unit + Math.imul(replica, 0x9e3779b1)) | 0);
}

/** By code units: the same on every machine, whatever its locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
