/**
 * Smooth noise from -1 to 1 as a pure function of its arguments: random values at whole numbers (a hash of the seed
 * and the number), eased in between. Replicas that ask for the same instant hear the same noise.
 */
export function noise(seed: number, x: number): number {
  const before = Math.floor(x);
  const t = x - before;
  const eased = t * t * (3 - 2 * t);
  const from = hash(seed, before);
  return from + (hash(seed, before + 1) - from) * eased;
}

/** The finaliser of MurmurHash3 over seed and number, scaled to -1…1. */
function hash(seed: number, n: number): number {
  let h = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(n, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x7fff_ffff - 1;
}
