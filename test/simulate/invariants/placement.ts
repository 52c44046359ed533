import { EXPIRY_SPREAD } from '../../../libs/background-services/src/leadership/timing.js';
import type { Scheduler } from '../engine/scheduler.js';
import { TIMING } from '../world/settings.js';
import type { TermListener, Watched } from './terms.js';
import type { Invariant, Verdicts } from './verdicts.js';

/** A replica that is there, as the witness counts it. */
export interface Seat {
  readonly id: string;
  readonly capacity: number;
  /** Whether it is to lead anything. */
  readonly accepts: boolean;
}

/** For commands, timers and work that ends, ms: a few round trips. */
const SLACK = 150;
/** What standbys wait for after a release that they heard of, ms at most. */
const RELEASE_SPREAD = 128;
/** By how much clocks may go wrong in these histories. */
const DRIFT = 1.05;

/**
 * Who leads what while a fleet that is well is changed, by an account of beginnings and ends alone. What is the least that has to move is told by the
 * numbers before the change, and the shares after it.
 */
export class PlacementWitness implements TermListener {
  readonly #leaders = new Map<string, string>();
  readonly #free = new Map<string, { readonly at: number; readonly how: 'aborted' | 'died' }>();
  /** Terms that began since the change, by key. */
  readonly #begun = new Map<string, number>();
  #before = new Map<string, number>();
  #phase: 'booting' | 'changing' = 'booting';

  constructor(
    private readonly keys: readonly string[],
    private readonly hints: 'heard' | 'deaf',
    private readonly scheduler: Scheduler,
    private readonly verdicts: Verdicts,
  ) {}

  began({ instanceId }: Watched, key: string): void {
    const free = this.#free.get(key);
    if (free && this.#phase === 'changing') this.#judgeGap(key, free);
    this.#free.delete(key);
    this.#leaders.set(key, instanceId);
    this.#begun.set(key, (this.#begun.get(key) ?? 0) + 1);
  }

  ended({ instanceId }: Watched, key: string, how: 'aborted' | 'died'): void {
    if (this.#leaders.get(key) !== instanceId) return;
    this.#leaders.delete(key);
    this.#free.set(key, { at: this.scheduler.now, how });
  }

  /** How many keys each replica leads. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const leader of this.#leaders.values()) counts.set(leader, (counts.get(leader) ?? 0) + 1);
    return counts;
  }

  /** A change begins now. */
  changes(): void {
    this.#phase = 'changing';
    this.#begun.clear();
    this.#before = new Map(this.counts());
  }

  /**
   * The time of the change is over.
   * @param most how often one key may move for it
   */
  judge(change: string, seats: readonly Seat[], most: number): void {
    const counts = this.counts();
    const free = this.keys.find((key) => !this.#leaders.has(key));
    if (free !== undefined) return this.#says('P4', change, `nobody leads ${free}`);
    const taking = seats.filter(({ accepts }) => accepts);
    // With nobody to take it, everybody keeps what is there.
    if (taking.length === 0) return;
    const capacity = taking.reduce((sum, seat) => sum + seat.capacity, 0);
    for (const seat of seats) {
      const held = counts.get(seat.id) ?? 0;
      const share = seat.accepts ? (this.keys.length * seat.capacity) / capacity : 0;
      if (seat.accepts ? Math.abs(held - share) > 1 : held > 0)
        this.#says('P1', change, `${seat.id} leads ${held}, and its share is ${share.toFixed(2)}`);
    }
    for (const [key, times] of this.#begun)
      if (times > most) this.#says('P3', change, `${key} moves ${times} times`);
    const moved = [...this.#begun.values()].reduce((sum, times) => sum + times, 0);
    const least = this.#leastMoves(taking, capacity);
    if (most === 1 && moved > 1.2 * least)
      this.#says('P2', change, `${moved} moves, and ${least} would have done`);
  }

  /** What has to leave those that lead nothing any more, and those that have too much even where shares are rounded up. */
  #leastMoves(taking: readonly Seat[], capacity: number): number {
    const shares = taking.map(({ id, capacity: own }) => {
      const share = (this.keys.length * own) / capacity;
      return { held: this.#before.get(id) ?? 0, floor: Math.floor(share), ceil: Math.ceil(share) };
    });
    const stays = shares.reduce((sum, { held, floor }) => sum + Math.min(held, floor), 0);
    const seats = this.keys.length - shares.reduce((sum, { floor }) => sum + floor, 0);
    const roundedUp = shares.filter(({ held, floor, ceil }) => ceil > floor && held > floor).length;
    return this.keys.length - stays - Math.min(seats, roundedUp);
  }

  #judgeGap(key: string, { at, how }: { readonly at: number; readonly how: 'aborted' | 'died' }): void {
    const gap = this.scheduler.now - at;
    const { ttl, retryInterval, jitter } = TIMING;
    const wait = this.hints === 'deaf' ? retryInterval * (1 + jitter) : RELEASE_SPREAD;
    const bound = (how === 'died' ? ttl + EXPIRY_SPREAD : wait) * DRIFT + SLACK;
    if (gap > bound)
      this.verdicts.violated('P4', `${key} had no leader for ${gap.toFixed(0)} ms (${bound.toFixed(0)})`);
  }

  #says(invariant: Invariant, change: string, what: string): void {
    this.verdicts.violated(invariant, `after ${change}: ${what}`);
  }
}
