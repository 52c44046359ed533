/** So many entries are remembered, so that each is told of once. */
const MOST = 1_000;

/** Tells of what cannot be read in the store, an entry once: it is read again and again. */
export class UnreadableLog {
  readonly #told = new Set<string>();

  constructor(private readonly warn: (line: string) => void) {}

  tell(line: string): void {
    if (this.#told.has(line)) return;
    if (this.#told.size >= MOST) this.#told.clear();
    this.#told.add(line);
    this.warn(line);
  }
}
