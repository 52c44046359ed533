import { describeError } from '../errors/index.js';
import type { Clock, FleetBoard, Timer } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';

/** A change is told this much later, ms: it comes with a hand-over, and nothing may stand in its way. */
const SOON = 50;

export interface PresencePublisherContext {
  readonly board: FleetBoard;
  readonly clock: Clock;
  readonly instanceId: string;
  /** How long a presence counts without the next one, ms. */
  readonly ttl: number;
  /** How often it is told, ms. */
  readonly interval: number;
  /** What it says of itself now. */
  readonly text: () => string;
  /** Told of the revision of the commands each time. */
  readonly onRevision: (revision: number) => void;
  readonly logger: LineLogger;
}

/** Beats that follow each other within this share of the interval are told of once. */
const BURST = 1 / 4;

/**
 * Puts up this replica's presence: with the beats of the heartbeat, so that it travels with renewals and tries, and at once when a term begins
 * or ends. A replica without beats puts it up by itself.
 */
export class PresencePublisher {
  #timer: Timer | undefined;
  #look: Timer | undefined;
  #publishedAt = -Infinity;
  #change: Timer | undefined;
  #state: 'idle' | 'open' | 'closed' = 'idle';
  #publishing: Promise<void> = Promise.resolve();

  constructor(private readonly context: PresencePublisherContext) {}

  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'open';
    // Not at once: the app is still booting.
    this.#timer = this.context.clock.setTimeout(() => this.#publish(), 0);
  }

  /** Something is being sent to the store in this tick. */
  onBeat(): void {
    const { clock, interval } = this.context;
    if (clock.monotonic() - this.#publishedAt >= interval * BURST) this.#publish();
  }

  /** The presence has changed in what others wait to see. Changes of one moment are told together. */
  onChange(): void {
    if (this.#state !== 'open') return;
    this.#change ??= this.context.clock.setTimeout(() => {
      this.#change = undefined;
      this.#publish();
    }, SOON);
  }

  /** Takes the presence down. */
  async close(): Promise<void> {
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    this.#timer?.cancel();
    this.#look?.cancel();
    this.#change?.cancel();
    if (!wasOpen) return;
    await this.#publishing;
    await this.context.board
      .removePresence(this.context.instanceId)
      .catch((error: unknown) => this.#failed(error));
  }

  #publish(): void {
    if (this.#state !== 'open') return;
    const { board, clock, instanceId: id, ttl, interval, text, onRevision } = this.context;
    this.#publishedAt = clock.monotonic();
    this.#timer?.cancel();
    // Beats come a little apart; only where there are none is this timer needed.
    this.#timer = clock.setTimeout(() => this.#publish(), interval * 1.5);
    // Where no message arrives, a command waits half a beat at most.
    this.#look?.cancel();
    this.#look = clock.setTimeout(
      () => void board.revision().then(onRevision, (error: unknown) => this.#failed(error)),
      interval / 2,
    );
    this.#publishing = (async () => board.putPresence({ id, text: text(), ttl }))().then(
      onRevision,
      (error: unknown) => this.#failed(error),
    );
  }

  /** The heartbeat says in the log when the store does not answer; once is enough. */
  #failed(error: unknown): void {
    this.context.logger.debug(`The replica's presence could not be put up: ${describeError(error).message}`);
  }
}
