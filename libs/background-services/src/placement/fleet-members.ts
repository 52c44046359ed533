import { type Candidate, deal, type Deal, handOvers, quotas, roomOf, type Unit } from './assign.js';
import { hasKey, hasKeysOf, type MemberCard } from './member-card.js';
import type { Units } from './units.js';

export interface FleetMembersContext {
  readonly instanceId: string;
  /** What this replica says of itself now. */
  readonly own: () => MemberCard;
  readonly units: Units;
}

/** Everybody who is there and has keys of this app, as this replica has read it last, with what follows from it. */
export class FleetMembers {
  /** Without this replica, of which it knows more. */
  readonly #others: ReadonlyMap<string, MemberCard>;
  /** Who takes keys, and how much: moves follow where this changes. */
  readonly signature: string;
  /** Whether those who take keys are of several versions of the app, or have other keys: a deployment goes on. */
  readonly isMixed: boolean;
  /** Whether another replica takes keys. */
  readonly hasOthers: boolean;

  constructor(
    read: ReadonlyMap<string, MemberCard>,
    private readonly context: FleetMembersContext,
  ) {
    const own = context.own();
    // Other apps may keep their leases in the same place.
    this.#others = new Map(
      [...read].filter(([id, card]) => id !== context.instanceId && hasKeysOf(card, own)),
    );
    const taking = [...this.#all()].filter(([, { accepts }]) => accepts);
    this.signature = taking
      .map(([id, { capacity }]) => `${id} ${capacity}`)
      .sort()
      .join();
    this.isMixed = taking.some(([, { version, keySet }]) => version !== own.version || keySet !== own.keySet);
    this.hasOthers = taking.some(([id]) => id !== context.instanceId);
  }

  /** Whether another replica takes keys. */
  takes(id: string): boolean {
    return this.#others.get(id)?.accepts === true;
  }

  /** Whether another replica takes a unit: it has workers for the key, and for all that are led together with it. */
  readonly fits = (unit: Unit, id: string): boolean => {
    const card = this.#others.get(id);
    if (!card?.accepts) return false;
    const { units, own } = this.context;
    if (card.keySet === own().keySet) return true;
    for (const key of units.groupOf(unit)) if (!hasKey(card, units.identityOf(key))) return false;
    return true;
  };

  /** How many units this replica has beyond its share, and for whom, among those that have the same keys. */
  surplus(): ReadonlyMap<string, number> {
    const { instanceId, own } = this.context;
    const { keySet, accepts } = own();
    const alike = [...this.#all()].filter(([, card]) => !accepts || card.keySet === keySet);
    return handOvers(alike.map(toCandidate), instanceId);
  }

  /**
   * How units of `holder` are dealt out to the others if it has none any more. What this replica leaves itself goes to those of another version of the
   * app, if there are any: in a deployment the others of its own version will leave, too, and everything would move again.
   */
  inherit(units: readonly Unit[], holder: string): Deal {
    const others = [...this.#all()].filter(([id]) => id !== holder);
    const { version } = this.context.own();
    const isOwn = holder === this.context.instanceId;
    const next = isOwn ? others.filter(([, card]) => card.accepts && card.version !== version) : [];
    const heirs = (next.length > 0 ? next : others).map(toCandidate);
    const total = heirs.reduce((sum, { held }) => sum + held, units.length);
    const fits = (unit: Unit, id: string) => id === this.context.instanceId || this.fits(unit, id);
    return deal(units, roomOf(heirs, quotas(heirs, total)), Infinity, fits);
  }

  /** Where units that are not balanced go when this replica gives them up. */
  dealAnywhere(units: readonly Unit[]): Deal {
    const room = new Map([...this.#others.keys()].map((id) => [id, Infinity]));
    return deal(units, room, Infinity, this.fits);
  }

  *#all(): Iterable<readonly [string, MemberCard]> {
    yield* this.#others;
    yield [this.context.instanceId, this.context.own()];
  }
}

/** Who takes nothing has no share. */
function toCandidate([id, { accepts, capacity, held }]: readonly [string, MemberCard]): Candidate {
  return { id, held, capacity: accepts ? capacity : 0 };
}
