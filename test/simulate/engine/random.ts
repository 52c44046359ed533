import { seededRandom } from '../../support/seeded-random.js';

/** Numbers in [0, 1). */
export type Random = () => number;

/**
 * A stream of random numbers that depends on its seed and its name alone (mulberry32 over an FNV-1a hash). Every machine, worker and
 * network has a stream of its own, so that a plan that loses a fault while it is shrunk keeps the rest of its history.
 */
export function randomStream(seed: number, name: string): Random {
  let hash = 2_166_136_261 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16_777_619);
  return seededRandom(hash);
}
