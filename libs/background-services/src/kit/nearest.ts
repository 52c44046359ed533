/**
 * The name that was most likely meant by another one.
 * @param most how many of its letters may be wrong, of which it must have twice as many
 */
export function nearest(name: string, known: Iterable<string>, most: number): string | undefined {
  const [best] = [...known]
    .map((candidate) => ({ candidate, distance: editDistance(plain(candidate), plain(name)) }))
    .filter(({ candidate, distance }) => distance <= Math.min(most, Math.floor(candidate.length / 2)))
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** `redis_url`, `REDIS-URL` and `redisUrl` are one. */
export function plain(name: string): string {
  return name.slice(0, 40).toLowerCase().replace(/[_-]/g, '');
}

/** Levenshtein's: how many letters must be put in, left out or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
