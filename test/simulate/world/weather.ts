import type { Random } from '../engine/random.js';
import type { WeatherKind } from '../plan/plan.js';

/** What becomes of one command on its way. */
export type Fate =
  | 'delivered'
  | 'request-lost'
  | 'reply-lost'
  | 'doubled'
  /** It runs seconds after it was sent. */
  | 'late'
  /** The sender is told that the connection broke; it may have run, or may run yet. */
  | 'broken';

const LOSSY: readonly Fate[] = ['request-lost', 'reply-lost', 'doubled', 'doubled', 'late', 'late', 'broken'];

/** Milliseconds. */
const FASTEST = 0.2;
const USUAL_SPREAD = 3;
const SLOW_SPREAD = 900;
const LATE_SPREAD = 5_000;

/** The network between one machine and the store, as it is now. */
export class Weather {
  readonly #until = new Map<WeatherKind, number>();

  constructor(
    private readonly now: () => number,
    private readonly random: Random,
  ) {}

  set(kind: WeatherKind, until: number): void {
    this.#until.set(kind, Math.max(until, this.#until.get(kind) ?? 0));
  }

  is(kind: WeatherKind): boolean {
    return (this.#until.get(kind) ?? 0) > this.now();
  }

  clear(): void {
    this.#until.clear();
  }

  fate(): Fate {
    if (this.is('requests-lost')) return 'request-lost';
    if (this.is('replies-lost')) return 'reply-lost';
    if (this.is('lossy') && this.random() < 0.7)
      return LOSSY[Math.floor(this.random() * LOSSY.length)] ?? 'delivered';
    return 'delivered';
  }

  latency(): number {
    const spread = this.is('slow') ? SLOW_SPREAD : USUAL_SPREAD;
    return FASTEST + this.random() * spread;
  }

  lateness(): number {
    return this.random() * LATE_SPREAD;
  }

  /** One in two. */
  chance(): boolean {
    return this.random() < 0.5;
  }
}
