/** Values in order, each once. What comes in about that order, like ids that begin with their time, is added and removed cheaply. */
export class Sorted<Value> {
  readonly #values: Value[] = [];

  /** @param compare negative: `a` comes first; 0: they are the same */
  constructor(private readonly compare: (a: Value, b: Value) => number) {}

  get size(): number {
    return this.#values.length;
  }

  add(value: Value): void {
    const position = this.#positionOf(value);
    if (!this.#isAt(position, value)) this.#values.splice(position, 0, value);
  }

  delete(value: Value): void {
    const position = this.#positionOf(value);
    if (this.#isAt(position, value)) this.#values.splice(position, 1);
  }

  first(limit: number): readonly Value[] {
    return this.#values.slice(0, limit);
  }

  /** The last ones before `end`, of all if that is `undefined`; the last one first. */
  lastBefore(end: Value | undefined, limit: number): readonly Value[] {
    const position = end === undefined ? this.size : this.#positionOf(end);
    return this.#values.slice(Math.max(0, position - limit), position).reverse();
  }

  /** Where the value is, or would be. */
  #positionOf(value: Value): number {
    const last = this.#values.at(-1);
    if (last === undefined || this.compare(last, value) < 0) return this.size;
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(this.#values[middle]!, value) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isAt(position: number, value: Value): boolean {
    return position < this.size && this.compare(this.#values[position]!, value) === 0;
  }
}

export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
