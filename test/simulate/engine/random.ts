/** Numbers in [0, 1). */
export type Random = () => number;

/**
 * A stream of random numbers that depends on its seed and its name alone (mulberry32 over an FNV-1a hash). Every machine, worker and
 * network has a stream of its own, so that a plan that loses a fault while it is shrunk keeps the rest of its history.
 */
export function randomStream(seed: number, name: string): Random {
  let hash = 2_166_136_261 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16_777_619);
  let state = hash >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), 61 | bits);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}
