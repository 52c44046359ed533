import { describeError } from '../errors/index.js';
import { inBackground } from '../kit/index.js';
import type { Clock, FleetBoard, Timer } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import { type Announcement, differencesOf } from './differences.js';
import { Pace } from './pace.js';
import { PresenceReader } from './presence-reader.js';
import type { ReplicaPresence } from './replica-presence.js';

/** How often the presences of the others are read, and how often a difference is spoken of while it lasts, ms. */
const PERIOD = 60_000;
/** A replica with workers of more keys leaves it to whoever looks at the fleet: the presences of all would be many megabytes. */
const MOST_KEYS = 1_000;

export interface DifferenceWatchContext {
  readonly board: Pick<FleetBoard, 'presences' | 'pages'>;
  readonly clock: Clock;
  readonly instanceId: string;
  /** How soon the first look is, ms: late enough for those that boot together to have put up their presences. */
  readonly firstLook: number;
  readonly presence: () => ReplicaPresence;
  /** The keys that this replica has workers for. */
  readonly keys: () => readonly string[];
  readonly logger: LineLogger;
}

/**
 * Says in the log of each replica that others announce other workers under one of its keys: two apps share the key, or one is of another
 * version. The workers of those that do not lead never run, and nothing else would tell.
 */
export class DifferenceWatch {
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(private readonly context: DifferenceWatchContext) {}

  start(): void {
    this.#arm(this.context.firstLook);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  #arm(delay: number): void {
    if (this.#closed) return;
    this.#timer = this.context.clock.setTimeout(() => {
      // The heartbeat says in the log when the store does not answer.
      this.#looking = this.#look()
        .catch((error: unknown) =>
          this.context.logger.debug(`The other replicas could not be read: ${describeError(error).message}`),
        )
        .finally(() => this.#arm(PERIOD));
      inBackground(this.#looking);
    }, delay);
  }

  async #look(): Promise<void> {
    const { board, clock, instanceId, presence, keys, logger } = this.context;
    const own = new Set(keys());
    if (own.size > MOST_KEYS) return;
    const announced = new Map<string, Announcement[]>();
    const pace = new Pace(clock);
    const add = ({ id, enabled, workers }: ReplicaPresence) => {
      if (!enabled) return;
      for (const worker of workers) {
        if (!own.has(worker.key)) continue;
        const those = announced.get(worker.key) ?? [];
        those.push({ replica: id, worker });
        announced.set(worker.key, those);
      }
    };
    const mine = presence();
    add(mine);
    const reader = new PresenceReader(board.pages, clock);
    if (mine.catalogue !== undefined) reader.learn({ id: mine.catalogue, workers: mine.workers });
    for (const [id, { text, isUp }] of await board.presences()) {
      const isOther = id !== instanceId && isUp && text !== undefined;
      const other = isOther ? await reader.read(id, text) : undefined;
      if (!other) continue;
      add(other);
      await pace.spend(1 + other.workers.length);
    }
    if (this.#closed) return;
    for (const [key, those] of announced)
      for (const { kind, message } of differencesOf(key, those))
        if (kind === 'other-workers') logger.warn(`Key "${key}": ${message}. ${CURE}`, { key });
  }
}

const CURE = 'Give each app a key of its own; during a deployment of another version this passes';
