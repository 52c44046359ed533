/** A slot, with those methods of Luxon's DateTime that tell an instant: the `cron` package answers with DateTimes. */
export class SlotTime {
  readonly #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
  }

  toJSDate(): Date {
    return new Date(this.#ms);
  }

  toMillis(): number {
    return this.#ms;
  }

  valueOf(): number {
    return this.#ms;
  }

  /** In UTC. */
  toISO(): string {
    return this.toJSDate().toISOString();
  }

  toJSON(): string {
    return this.toISO();
  }

  toString(): string {
    return this.toISO();
  }
}
