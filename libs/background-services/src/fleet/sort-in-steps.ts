/** So many items are sorted at once. */
const RUN = 1_000;

/** Sorts by a text of each item, code unit by code unit, in steps of about a thousand items: a fleet may have ten thousand keys. Equal ones keep their order. */
export function* sortInSteps<Item>(
  items: readonly Item[],
  text: (item: Item) => string,
): Generator<undefined, Item[]> {
  let runs: (readonly Item[])[] = [];
  for (let from = 0; from < items.length; from += RUN) {
    runs.push(items.slice(from, from + RUN).sort((a, b) => compare(text(a), text(b))));
    if (items.length > RUN) yield;
  }
  while (runs.length > 1) {
    const merged: (readonly Item[])[] = [];
    for (let i = 0; i < runs.length; i += 2)
      merged.push(yield* mergeInSteps(runs[i]!, runs[i + 1] ?? [], text));
    runs = merged;
  }
  return [...(runs[0] ?? [])];
}

function* mergeInSteps<Item>(
  left: readonly Item[],
  right: readonly Item[],
  text: (item: Item) => string,
): Generator<undefined, readonly Item[]> {
  const merged: Item[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    merged.push(compare(text(right[r]!), text(left[l]!)) < 0 ? right[r++]! : left[l++]!);
    if (merged.length % RUN === 0) yield;
  }
  return merged.concat(left.slice(l), right.slice(r));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
