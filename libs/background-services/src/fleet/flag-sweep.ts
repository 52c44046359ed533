import type { FleetBoard } from '../lease/index.js';
import type { Replica } from '../manager/index.js';
import type { Pace } from './pace.js';
import { takeFlags } from './take-flags.js';

/** So many keys are looked at in one part. */
const PART = 200;

/**
 * Looks at the flags of all keys of this replica, part by part, so that what is more urgent can be done in between. Asked for again while it goes
 * on, it goes round until every key has been looked at since then.
 */
export class FlagSweep {
  #keys: Iterator<string, unknown> = [].values();
  /** Keys that are still to be looked at. */
  #left = 0;

  constructor(
    private readonly board: FleetBoard,
    private readonly replica: Replica,
  ) {}

  get isOver(): boolean {
    return this.#left === 0;
  }

  begin(): void {
    this.#left = this.replica.keys().length;
  }

  /** Looks at the next keys. */
  async part(pace: Pace): Promise<void> {
    const part: string[] = [];
    while (part.length < PART && this.#left > 0) {
      const { done, value } = this.#keys.next();
      if (done) {
        const keys = this.replica.keys();
        this.#keys = keys.values();
        this.#left = Math.min(this.#left, keys.length);
      } else {
        part.push(value);
        this.#left -= 1;
      }
    }
    await takeFlags(this.board, this.replica, part, pace);
  }
}
