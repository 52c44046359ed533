import type { Clock } from '../lease/index.js';

/** How long what was rendered is shown to whoever asks, ms. */
export const FRESH = 1_000;

/** Makes something at most once a second, however many ask for it. What fails is not kept. */
export class Memo<Value> {
  #kept: { readonly value: Value; readonly at: number } | undefined;

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly make: () => Value,
  ) {}

  get(): Value {
    const now = this.clock.monotonic();
    if (this.#kept && now - this.#kept.at < FRESH) return this.#kept.value;
    const value = this.make();
    this.#kept = { value, at: now };
    return value;
  }
}
