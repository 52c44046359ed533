/** What was answered over HTTP, and by the command line. */
export class Answers {
  readonly #counts = new Map<string, number>();
  /** Answers that nobody should get, a few of each kind. */
  readonly faults: string[] = [];
  #faulty = 0;
  #slowest = { what: 'nothing', took: 0 };
  #all = 0;

  get all(): number {
    return this.#all;
  }

  /** How many answers were a 500, or none. */
  get faulty(): number {
    return this.#faulty;
  }

  get slowest(): { readonly what: string; readonly took: number } {
    return this.#slowest;
  }

  /** How often each kind of request was answered how. */
  get counts(): readonly (readonly [string, number])[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  take(what: string, status: number | string, took: number): void {
    this.#all += 1;
    const name = `${what} ${status}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (took > this.#slowest.took) this.#slowest = { what: name, took };
  }

  fault(what: string, detail: string): void {
    this.#faulty += 1;
    if (this.faults.length < 20) this.faults.push(`${what}: ${detail.slice(0, 600)}`);
  }
}
