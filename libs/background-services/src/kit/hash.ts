const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a with 32 bits over the UTF-8 of a text, and {@link fmix32}: the same in every process, language and version. */
export function hash32(text: string): number {
  let hash = OFFSET;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Most texts are ASCII, where bytes and characters are the same.
    if (code > 0x7f) return fmix32(bytesInto(hash, text.slice(i)));
    hash = Math.imul(hash ^ code, PRIME);
  }
  return fmix32(hash);
}

function bytesInto(hash: number, text: string): number {
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, PRIME);
  return hash;
}

/** The finaliser of MurmurHash3: without it, texts that differ in their last character would have hashes next to each other. */
export function fmix32(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
