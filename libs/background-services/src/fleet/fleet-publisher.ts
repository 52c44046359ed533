import { describeError } from '../errors/index.js';
import type { Clock, FleetBoard, Timer } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import type { ReplicaCard } from './replica-card.js';

/** A change is told this much later, ms: it comes with a hand-over, and nothing may stand in its way. */
const SOON = 50;

export interface FleetPublisherContext {
  readonly board: FleetBoard;
  readonly clock: Clock;
  readonly instanceId: string;
  /** How long a posting stays up without the next one, ms. */
  readonly ttl: number;
  /** How often one is put up, ms. */
  readonly interval: number;
  readonly card: () => ReplicaCard;
  /** Told of the revision of the orders with every posting. */
  readonly onRevision: (revision: number) => void;
  readonly logger: LineLogger;
}

/** Beats that follow each other within this share of the interval are told of once. */
const BURST = 1 / 4;

/**
 * Puts up this replica's card: with the beats of the heartbeat, so that it travels with renewals and tries, and at once when a term begins
 * or ends. A replica without beats puts it up by itself.
 */
export class FleetPublisher {
  #timer: Timer | undefined;
  #look: Timer | undefined;
  #postedAt = -Infinity;
  #change: Timer | undefined;
  #state: 'idle' | 'open' | 'closed' = 'idle';
  #posting: Promise<void> = Promise.resolve();

  constructor(private readonly context: FleetPublisherContext) {}

  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'open';
    // Not at once: the app is still booting.
    this.#timer = this.context.clock.setTimeout(() => this.#post(), 0);
  }

  /** Something is being sent to the store in this tick. */
  onBeat(): void {
    const { clock, interval } = this.context;
    if (clock.monotonic() - this.#postedAt >= interval * BURST) this.#post();
  }

  /** The card has changed in what others wait to see. Changes of one moment are told together. */
  onChange(): void {
    this.#change ??= this.context.clock.setTimeout(() => {
      this.#change = undefined;
      this.#post();
    }, SOON);
  }

  /** Takes the card down. */
  async close(): Promise<void> {
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    this.#timer?.cancel();
    this.#look?.cancel();
    this.#change?.cancel();
    if (!wasOpen) return;
    await this.#posting;
    await this.context.board.withdraw(this.context.instanceId).catch((error: unknown) => this.#failed(error));
  }

  #post(): void {
    if (this.#state !== 'open') return;
    const { board, clock, instanceId: id, ttl, interval, card, onRevision } = this.context;
    this.#postedAt = clock.monotonic();
    this.#timer?.cancel();
    // Beats come a little apart; only where there are none is this timer needed.
    this.#timer = clock.setTimeout(() => this.#post(), interval * 1.5);
    // Where no message arrives, an order waits half a beat at most.
    this.#look?.cancel();
    this.#look = clock.setTimeout(
      () => void board.revision().then(onRevision, (error: unknown) => this.#failed(error)),
      interval / 2,
    );
    this.#posting = (async () => board.post({ id, text: JSON.stringify(card()), ttl }))().then(
      onRevision,
      (error: unknown) => this.#failed(error),
    );
  }

  /** The heartbeat says in the log when the store does not answer; once is enough. */
  #failed(error: unknown): void {
    this.context.logger.debug(`The replica's card could not be put up: ${describeError(error).message}`);
  }
}
