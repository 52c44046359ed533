/** How deep, and how large, what others left in the store may be. What an extension of this library tells of itself is far smaller. */
const DEEPEST = 16;
const MOST_VALUES = 2_000;
const LONGEST_STRING = 4_000;

/** A copy of a value that came as JSON; `undefined`: it is too deep or too large to be shown. */
export function boundedJson(value: unknown): unknown {
  let left = MOST_VALUES;
  const tooMuch = Symbol('too much');
  const copy = (original: unknown, depth: number): unknown => {
    if (--left < 0 || depth > DEEPEST) return tooMuch;
    if (typeof original === 'string') return original.length > LONGEST_STRING ? tooMuch : original;
    if (typeof original !== 'object' || original === null) return original;
    if (Array.isArray(original)) {
      const items: unknown[] = [];
      for (const item of original) {
        const copied = copy(item, depth + 1);
        if (copied === tooMuch) return tooMuch;
        items.push(copied);
      }
      return items;
    }
    const members: [string, unknown][] = [];
    for (const name in original) {
      const copied = name.length > LONGEST_STRING ? tooMuch : copy(Reflect.get(original, name), depth + 1);
      if (copied === tooMuch) return tooMuch;
      members.push([name, copied]);
    }
    return Object.fromEntries(members);
  };
  const copied = copy(value, 0);
  return copied === tooMuch ? undefined : copied;
}
