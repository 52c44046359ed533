import type { BoardMembers, Clock, Random } from '../lease/index.js';
import type { Elections, LeaseTiming, PlacementAdvice } from '../leadership/index.js';
import type { LineLogger } from '../logs/index.js';
import type { Deal } from './assign.js';
import { FleetMembers } from './fleet-members.js';
import { keysOf, type MemberCard } from './member-card.js';
import { Membership } from './membership.js';
import { Mover } from './mover.js';
import { type PlacementRule, Units } from './units.js';

export interface PlacementContext {
  /** Where replicas tell of themselves; `undefined`: the store has no such place, and whoever comes first leads. */
  readonly members: BoardMembers | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly instanceId: string;
  readonly timing: LeaseTiming;
  /** How keys are placed that say nothing of it. */
  readonly standard: 'balanced' | 'sticky';
  /** Compared with that of the others, above 0. */
  readonly capacity: number;
  /** Of the app. */
  readonly version: string | undefined;
  readonly logger: LineLogger;
}

/** What of placement a replica shows of itself. */
export interface PlacementStatus {
  readonly cordoned: boolean;
  readonly capacity: number;
  /** Keys that it is about to hand over. */
  readonly moving: number;
}

/** How long a replica lets another one try first that should lead a key, ms: longer than a try takes, and well under a second. */
export const HOLD_BACK = 200;
/** For so long the keys of a holder stay dealt out as they are, ms: they come free one after the other. */
const REMEMBERED = 1_000;
/** For so long nobody looks again who leads what, ms. */
const SEEN = 100;

/**
 * Who should lead. Every replica computes the same from the same membership, without a coordinator: keys that come free are dealt out by
 * rendezvous hashing with bounded loads, and a replica that leads more than its share hands the rest over. The lease decides: advice that is out of
 * date costs a moment, never a second leader.
 */
export class Placement implements PlacementAdvice {
  readonly #units: Units;
  readonly #membership: Membership | undefined;
  readonly #mover: Mover;
  readonly #inherited = new Map<string, { readonly at: number; readonly deal: Deal }>();
  /** Who leads what, as this replica has seen it at a moment. */
  #seen: { readonly at: number; readonly units: ReadonlyMap<string, readonly string[]> } | undefined;
  #elections: Elections | undefined;
  #members: FleetMembers | undefined;
  #keys: Pick<MemberCard, 'keySet' | 'keys'> | undefined;
  #closed: MemberCard['closed'] = null;
  /** Who gets what, once this replica leaves. */
  #estate: Deal | undefined;

  constructor(private readonly context: PlacementContext) {
    const { members, timing, clock, standard } = context;
    this.#units = new Units(standard);
    this.#membership =
      members &&
      new Membership({
        ...{ ...context, members, ttl: timing.ttl },
        card: () => this.#card(),
        onRead: (read) => this.#onRead(read),
      });
    this.#mover = new Mover({
      ...{ clock, instanceId: context.instanceId, units: this.#units },
      electorOf: (key) => this.#elections?.get(key),
      members: () => this.#fresh,
      refresh: () => this.#membership?.refresh() ?? Promise.resolve(false),
      isCordoned: () => this.#closed === 'cordoned',
    });
  }

  /**
   * A key that this app has workers for.
   * @param rule how it is placed; `undefined`: as keys are that say nothing of it
   * @param identity what other replicas know it by: one for all shards of a key and count
   * @param place where it was declared, for messages
   * @throws InvalidWorkerError if it is placed in another way already
   */
  add(key: string, rule: PlacementRule | undefined, identity: string, place: string): void {
    this.#units.add(key, { rule, identity, place });
    this.#keys = undefined;
    if (this.#elections) this.#membership?.onChange();
  }

  /** @throws InvalidWorkerError if a key follows one that is not there */
  check(): void {
    this.#units.check();
  }

  /** Joins the others, if they can be told. */
  begin(elections: Elections): void {
    if (this.#elections) return;
    this.#elections = elections;
    elections.onBeat(() => this.#membership?.onBeat());
    this.#membership?.start();
  }

  get takesNew(): boolean {
    return this.#closed === null;
  }

  holdBack(key: string, holder: string): number {
    const members = this.#fresh;
    const { instanceId } = this.context;
    if (!members?.hasOthers) return 0;
    const root = this.#units.rootOf(key);
    const meant =
      root === key
        ? this.#units.isCounted(key) && this.#inheritanceOf(holder, members).get(key)
        : this.#elections?.get(root)?.leader;
    const isAnothers = typeof meant === 'string' && meant !== instanceId && meant !== holder;
    return isAnothers && members.takes(meant) ? HOLD_BACK : 0;
  }

  heirOf(key: string): string | undefined {
    const members = this.#fresh;
    const { instanceId } = this.context;
    if (!members?.hasOthers) return undefined;
    const root = this.#units.rootOf(key);
    const isElsewhere = root !== key && this.#elections?.get(root)?.leader !== instanceId;
    const heir =
      (isElsewhere && this.#elections?.get(root)?.leader) ||
      this.#estate?.get(root) ||
      (this.#units.isCounted(root) ? members.inherit([root], instanceId) : members.dealAnywhere([root])).get(
        root,
      );
    return heir !== undefined && heir !== instanceId && members.fits(key, heir) ? heir : undefined;
  }

  onTerm(key: string, isLed: boolean): void {
    this.#units.onTerm(key, isLed);
    if (isLed) this.#mover.onLed(key);
    this.#membership?.onChange();
  }

  onHeir(key: string): void {
    this.#mover.onHeir(key);
  }

  /** Takes nothing new from now on, and hands over what it has, as long as another replica takes it. */
  cordon(): void {
    if (this.#closed === null) this.#close('cordoned');
  }

  uncordon(): void {
    if (this.#closed === 'cordoned') this.#close(null);
  }

  /** This replica is about to give up all that it has: tells the others, and deals it out. */
  leave(): void {
    this.#close('leaving');
    this.#mover.close();
    const members = this.#fresh;
    if (members?.hasOthers) this.#estate = members.inherit([...this.#units.led], this.context.instanceId);
  }

  async close(): Promise<void> {
    this.#mover.close();
    await this.#membership?.close();
  }

  get status(): PlacementStatus {
    const { capacity } = this.context;
    return { cordoned: this.#closed === 'cordoned', capacity, moving: this.#mover.pending };
  }

  #close(why: MemberCard['closed']): void {
    this.#closed = why;
    this.#elections?.reconsiderStandbys();
    if (this.#elections) this.#membership?.announce();
  }

  #onRead(read: ReadonlyMap<string, MemberCard>): void {
    const before = this.#members?.signature;
    this.#members = new FleetMembers(read, {
      instanceId: this.context.instanceId,
      own: () => this.#card(),
      units: this.#units,
    });
    if (this.#members.signature !== before) this.#inherited.clear();
    this.#mover.onRead(this.#members);
  }

  /** What was read too long ago is no advice any more. */
  get #fresh(): FleetMembers | undefined {
    return this.#membership?.isFresh === true ? this.#members : undefined;
  }

  /** What the others would get of a holder that has nothing any more. */
  #inheritanceOf(holder: string, members: FleetMembers): Deal {
    const now = this.context.clock.monotonic();
    const known = this.#inherited.get(holder);
    if (known && now - known.at < REMEMBERED) return known.deal;
    const deal = members.inherit(this.#unitsOf(holder, now), holder);
    this.#inherited.set(holder, { at: now, deal });
    return deal;
  }

  /** Looked up for all holders at once: where fifty hand over parts of ten thousand keys, each look at all keys counts. */
  #unitsOf(holder: string, now: number): readonly string[] {
    if (!this.#seen || now - this.#seen.at >= SEEN) {
      const units = new Map<string, string[]>();
      for (const key of this.#units.counted()) {
        const leader = this.#elections?.get(key)?.leader;
        if (leader === undefined) continue;
        const known = units.get(leader);
        if (known) known.push(key);
        else units.set(leader, [key]);
      }
      this.#seen = { at: now, units };
    }
    return this.#seen.units.get(holder) ?? [];
  }

  #card(): MemberCard {
    const { capacity, version = null } = this.context;
    this.#keys ??= keysOf(this.#units.identities());
    const closed = this.#closed;
    return { capacity, version, closed, accepts: closed === null, held: this.#units.led.size, ...this.#keys };
  }
}
