import { describeError } from '../errors/index.js';
import { callGuest, inBackground } from '../kit/index.js';
import type { BoardMembers, Clock, Random, Timer } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import { decodeMember, encodeMember, type MemberCard } from './member-card.js';

export interface MembershipContext {
  readonly members: BoardMembers;
  readonly clock: Clock;
  readonly random: Random;
  readonly instanceId: string;
  /** How long this replica counts as there without telling again, ms. */
  readonly ttl: number;
  /** What it says of itself now. */
  readonly card: () => MemberCard;
  /** Told of everybody who is there, each time they were read. */
  readonly onRead: (members: ReadonlyMap<string, MemberCard>) => void;
  readonly logger: LineLogger;
}

/** A beat is told of when this share of the TTL has passed: in a default lease, every second one. Who tells each time pays for what nobody needs. */
const RENEWED_AFTER = 0.45;
/** Where no beat comes, this replica tells by itself after this share of the TTL. */
const LATEST = 0.75;
/** Changes of what is led are told of together, ms: nobody waits for them. */
const SOON = 250;
/** Replicas that hear of a change at once do not all look at once, ms. */
const HINT_SPREAD = 50;

/**
 * Who is there: tells of this replica, and hears of the others with the same command, which travels with the beats of the heartbeat. Only who
 * joins, leaves or is cordoned makes the others look sooner.
 */
export class Membership {
  #state: 'idle' | 'open' | 'closed' = 'idle';
  #toldAt = -Infinity;
  #readAt = -Infinity;
  #beat: Timer | undefined;
  #soon: Timer | undefined;
  #telling: Promise<void> = Promise.resolve();
  readonly #unwatch: () => void;

  constructor(private readonly context: MembershipContext) {
    this.#unwatch = context.members.watch(() => this.#tellWithin(HINT_SPREAD * context.random()));
  }

  /** Joins, and makes the others look. */
  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'open';
    // Not at once: the first tries go first.
    this.context.clock.setTimeout(() => this.#join(), 0);
  }

  /** A beat may have told of this replica by now, but only this makes the others look. */
  #join(): void {
    if (this.#toldAt === -Infinity) this.announce();
    else if (this.#state === 'open') this.#hint();
  }

  /** Something is being sent to the store in this tick. */
  onBeat(): void {
    const { clock, ttl } = this.context;
    if (clock.monotonic() - this.#toldAt >= ttl * RENEWED_AFTER) this.#tell();
  }

  /** What the card says has changed. */
  onChange(): void {
    this.#tellWithin(SOON);
  }

  /** Tells, and makes the others look at once. */
  announce(): void {
    if (this.#state !== 'open') return;
    this.#tell();
    this.#hint();
  }

  #hint(): void {
    inBackground(this.#contain(() => this.context.members.announce()));
  }

  /** Tells and hears now. Resolves with whether the store answered. */
  async refresh(): Promise<boolean> {
    const before = this.#readAt;
    this.#tell();
    await this.#telling;
    return this.#readAt > before;
  }

  /** Whether what was read last still counts. */
  get isFresh(): boolean {
    const { clock, ttl } = this.context;
    return clock.monotonic() - this.#readAt < ttl;
  }

  async close(): Promise<void> {
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    this.#unwatch();
    this.#beat?.cancel();
    this.#soon?.cancel();
    if (!wasOpen) return;
    await this.#telling;
    const { members, instanceId } = this.context;
    await this.#contain(async () => {
      await members.remove(instanceId);
      await members.announce();
    });
  }

  #tellWithin(delay: number): void {
    if (this.#state !== 'open') return;
    this.#soon ??= this.context.clock.setTimeout(() => this.#tell(), delay);
  }

  #tell(): void {
    if (this.#state !== 'open') return;
    const { members, clock, instanceId, ttl, card } = this.context;
    this.#toldAt = clock.monotonic();
    this.#beat?.cancel();
    this.#soon?.cancel();
    this.#soon = undefined;
    this.#beat = clock.setTimeout(() => this.#tell(), ttl * LATEST);
    this.#telling = this.#contain(async () => {
      const texts = await members.put(instanceId, encodeMember(card()), ttl);
      if (this.#state === 'closed') return;
      this.#readAt = clock.monotonic();
      this.context.onRead(readAll(texts));
    });
  }

  /** The heartbeat says in the log when the store does not answer; once is enough. */
  async #contain(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      callGuest(() =>
        this.context.logger.debug(`Placement cannot tell who is there: ${describeError(error).message}`),
      );
    }
  }
}

function readAll(texts: ReadonlyMap<string, string>): ReadonlyMap<string, MemberCard> {
  const read = new Map<string, MemberCard>();
  for (const [id, text] of texts) {
    const card = decodeMember(text);
    if (card) read.set(id, card);
  }
  return read;
}
