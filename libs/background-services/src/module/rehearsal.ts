import { describeError } from '../errors/index.js';
import { type LeaseStore, systemClock, type Timer } from '../lease/index.js';
import { type Campaigns, rehearse } from '../manager/index.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { openLog } from './open-log.js';

/** After the boot, when nobody waits for anything, ms. */
const DELAY = 100;

/**
 * Plays a term once, as soon as there is something to hand over.
 *
 * It is no part of the lifecycle, which knows the whole app: what observes the campaigns is in memory for as long as they are.
 */
export class Rehearsal {
  #state: 'waiting' | Timer | 'over' = 'waiting';

  constructor(
    private readonly campaigns: Campaigns,
    private readonly options: ResolvedOptions,
    private readonly store: Pick<LeaseStore, 'shared'>,
  ) {}

  start(): void {
    if (!this.#handsOver) return;
    this.#playSoon();
    this.campaigns.observe({ registered: () => this.#playSoon() });
  }

  close(): void {
    if (typeof this.#state === 'object') this.#state.cancel();
    this.#state = 'over';
  }

  /** Whether there may be other replicas, in time as it passes. */
  get #handsOver(): boolean {
    return this.options.enabled && this.store.shared && this.options.clock === systemClock;
  }

  #playSoon(): void {
    if (this.#state !== 'waiting' || this.campaigns.all().size === 0) return;
    this.#state = systemClock.setTimeout(() => this.#play(), DELAY);
  }

  /** Without it a hand-over is some milliseconds slower, and nothing else. */
  #play(): void {
    this.#state = 'over';
    rehearse(this.options.lease).catch((error: unknown) =>
      openLog(this.options).debug(`The rehearsal of a term failed: ${describeError(error).message}`),
    );
  }
}
