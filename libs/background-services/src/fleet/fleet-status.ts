import { describeError, StoreError } from '../errors/index.js';
import type { Clock, FleetBoard } from '../lease/index.js';
import { assembleView } from './assemble-view.js';
import type { FleetView } from './fleet-view.js';
import { decodeCard, keysOn, type ReplicaCard } from './replica-card.js';

/** A store that does not answer within this time is said not to, ms. */
const PATIENCE = 700;
/** Whoever asks within this time of the last reading gets that one: a page open in many browsers costs no more than one, ms. */
const FRESH = 250;

export interface FleetStatusContext {
  readonly board: FleetBoard | undefined;
  readonly clock: Clock;
  readonly instanceId: string;
  /** This replica's own card, as of now. Not given: whoever asks is no replica. */
  readonly card?: () => ReplicaCard;
  /** Keys that are looked at whether a replica names them or not: those of this replica's workers. */
  readonly keys: () => readonly string[];
  /** How long the store may take, ms. @default 700 */
  readonly patience?: number;
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

  constructor(private readonly context: FleetStatusContext) {}

  /** What was read last, if anything was. */
  get latest(): FleetView | undefined {
    return this.#last;
  }

  /**
   * Reads the fleet. Answers within a second (unless `patience` is longer), whatever the store does: if it does not answer, with what was
   * known last, marked as such. It never rejects.
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

  /** Something was changed: whoever asks from now on is told of it. */
  forget(): void {
    this.#forgotten = this.#begun;
    this.#reading = undefined;
  }

  async #look(): Promise<FleetView> {
    const number = ++this.#begun;
    const startedAt = this.context.clock.monotonic();
    try {
      const view = await this.#inTime(this.#read());
      if (number > this.#lastOf) {
        this.#lastOf = number;
        this.#readAt = startedAt;
        this.#last = view;
      }
      return view;
    } catch (error) {
      const view = {
        ...(this.#last ?? this.#own()),
        current: false,
        problem: describeError(error).message,
      };
      if (number > this.#lastOf) this.#last = view;
      return view;
    }
  }

  async #read(): Promise<FleetView> {
    const { board, clock, instanceId, card } = this.context;
    if (!board) throw new StoreError('This lease store keeps no board: only this replica is known');
    const postings = await board.postings();
    const read = (isUp: boolean) =>
      [...postings].flatMap(([id, posting]) =>
        posting.isUp === isUp ? (decodeCard(id, posting.text) ?? []) : [],
      );
    const cards = read(true);
    // Its own posting may be a beat away.
    if (card && !cards.some(({ id }) => id === instanceId)) cards.push(card());
    const departed = read(false).filter(({ id }) => id !== instanceId);
    const leases = await board.look(this.#keysOf([...cards, ...departed]));
    return assembleView({ now: clock.wall(), askedOf: instanceId, cards, departed, leases });
  }

  /** What this replica knows without the store. */
  #own(): FleetView {
    const { clock, instanceId, card } = this.context;
    const cards = card ? [card()] : [];
    const terms = cards.flatMap((own) => own.terms);
    // Of a key that it does not lead itself, nothing is known.
    const leases = terms.map(({ key, token }) => ({ key, holder: instanceId, ttl: null, token, ledger: {} }));
    return assembleView({ now: clock.wall(), askedOf: instanceId, cards, departed: [], leases });
  }

  #keysOf(cards: readonly ReplicaCard[]): readonly string[] {
    return [...new Set([...this.context.keys(), ...cards.flatMap((card) => [...keysOn(card)])])];
  }

  #inTime<Result>(work: Promise<Result>): Promise<Result> {
    const { clock, patience = PATIENCE } = this.context;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(
        () => reject(new StoreError(`The store did not answer within ${patience} ms`)),
        patience,
      );
      work.finally(() => timer.cancel()).then(resolve, reject);
    });
  }
}
