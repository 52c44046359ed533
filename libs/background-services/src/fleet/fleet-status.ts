import { describeError, StoreError } from '../errors/index.js';
import { DISABLED_HOLDER, NO_REPLICA, type ShardId, shardKey, shardOf } from '../lease/index.js';
import { assembleView, type Subject } from './fleet-assembly.js';
import { FleetReader, type FleetReaderContext } from './fleet-reader.js';
import type { FleetView } from './fleet-view.js';
import { inTime } from './in-time.js';

/** A store that does not answer within this time is said not to, ms. */
const PATIENCE = 700;
/** Whoever asks within this time of the last reading gets that one: a page open in many browsers costs no more than one, ms. */
const FRESH = 250;

export interface FleetStatusContext extends FleetReaderContext {
  /** How long the store may take to answer, ms; for each part of an answer where a large fleet takes several. @default 700 */
  readonly patience?: number;
  /** How many shards this app deals a key out into; `undefined`: it does not. */
  readonly shardsOf?: (key: string) => number | undefined;
}

/**
 * The whole fleet, the same from whichever replica it is asked: who is there, who leads what, what the workers did. It is read from the store,
 * where leaders leave their counts with each renewal.
 */
export class FleetStatus {
  #last: FleetView | undefined;
  #readAt = -Infinity;
  #reading: Promise<FleetView> | undefined;
  /** Readings are numbered as they begin: an older one that ends late replaces nothing newer, and what was forgotten is told to nobody. */
  #begun = 0;
  #lastOf = 0;
  #forgotten = 0;
  #unansweredSince: Date | undefined;
  readonly #reader: FleetReader;

  /** @internal Made by the module. */
  constructor(private readonly context: FleetStatusContext) {
    this.#reader = new FleetReader(context);
  }

  /** What was read last, if anything was. */
  get latest(): FleetView | undefined {
    return this.#last;
  }

  /** How long ago what was read last was read, ms; `undefined`: nothing was, and `latest` is what this replica knows of itself. */
  get latestAge(): number | undefined {
    return this.#readAt === -Infinity ? undefined : this.context.clock.monotonic() - this.#readAt;
  }

  /**
   * Reads the fleet. Answers within a second of the store's last word (unless `patience` is longer), whatever the store does: if it does not
   * answer, with what was known last, marked as such. It never rejects.
   */
  view(): Promise<FleetView> {
    const { clock } = this.context;
    const isFresh = this.#lastOf > this.#forgotten && clock.monotonic() - this.#readAt < FRESH;
    if (this.#last?.current && isFresh) return Promise.resolve(this.#last);
    return this.#reading ?? this.viewAnew();
  }

  /** Reads the fleet as it is now, not as somebody else read it a moment ago: for whoever acts on what it says. Never rejects. */
  viewAnew(): Promise<FleetView> {
    const reading = this.#look().finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    return reading;
  }

  /**
   * Reads what concerns a worker or a key, as it is now, for whoever acts upon it: however large the fleet is, that is a lease or two.
   * @internal
   * @throws StoreError if the store does not answer in time
   */
  about(subject: Subject): Promise<FleetView> {
    const { clock, patience = PATIENCE } = this.context;
    return inTime(clock, patience, (hears) => this.#reader.read(hears, subject));
  }

  /**
   * Which replica leads a key, or the shard of it that an id belongs to: an app can send a request there, to what is in that replica's memory. It costs the
   * store one look, and may be out of date when it arrives.
   * @param key that of `@LeaderElected`, without a shard
   * @returns an instance id; `undefined`: no replica leads it now
   * @throws StoreError if the store does not answer in time, or keeps no board
   */
  async ownerOf(key: string, id: ShardId): Promise<string | undefined> {
    const { board, clock, shardsOf, patience = PATIENCE } = this.context;
    if (!board) throw new StoreError('This lease store keeps no board: nobody knows who leads what');
    const count = shardsOf?.(key);
    const lease = count === undefined ? key : shardKey(key, shardOf(id, count), count);
    const [found] = await inTime(clock, patience, () => board.look([{ key: lease, fields: [] }]));
    const holder = found?.holder ?? undefined;
    return holder === DISABLED_HOLDER || (holder && NO_REPLICA.test(holder)) ? undefined : holder;
  }

  /** Something was changed: whoever asks from now on is told of it. */
  forget(): void {
    this.#forgotten = this.#begun;
    this.#reading = undefined;
  }

  async #look(): Promise<FleetView> {
    const number = ++this.#begun;
    const { clock, patience = PATIENCE } = this.context;
    const startedAt = clock.monotonic();
    try {
      const view = await inTime(clock, patience, (hears) => this.#reader.read(hears));
      if (number > this.#lastOf) {
        this.#lastOf = number;
        this.#readAt = startedAt;
        this.#last = view;
      }
      return view;
    } catch (error) {
      const view = {
        // What this replica knows of itself it knows as of now.
        ...(this.latestAge === undefined ? this.#own() : (this.#last ?? this.#own())),
        current: false,
        problem: describeError(error).message,
      };
      if (number > this.#lastOf) this.#last = view;
      return view;
    }
  }

  /** What this replica knows without the store. */
  #own(): FleetView {
    const { clock, instanceId, presence } = this.context;
    const presences = presence ? [presence()] : [];
    const terms = presences.flatMap((own) => own.terms);
    // Of a key that it does not lead itself, nothing is known.
    const leases = terms.map(({ key, token }) => ({ key, holder: instanceId, ttl: null, token, ledger: {} }));
    const now = clock.wall();
    this.#unansweredSince ??= new Date(now);
    const view = assembleView({ now, askedOf: instanceId, presences, departed: [], leases });
    return { ...view, extent: 'self', unansweredSince: this.#unansweredSince };
  }
}
