const MINUTE = 60_000;
/** So many lines are remembered. */
const MOST = 1_000;

/** Keeps a log from being flooded with what is met again and again: the same line is due once a minute. */
export class OnceAMinute {
  readonly #toldAt = new Map<string, number>();

  /** @param now since the epoch, ms */
  constructor(private readonly now: () => number) {}

  /** Whether the line is to be written, which is remembered. */
  isDue(line: string): boolean {
    const now = this.now();
    const toldAt = this.#toldAt.get(line);
    // A clock may have been set back.
    if (toldAt !== undefined && Math.abs(now - toldAt) < MINUTE) return false;
    if (this.#toldAt.size >= MOST) this.#toldAt.clear();
    this.#toldAt.set(line, now);
    return true;
  }
}
