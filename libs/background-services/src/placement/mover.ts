import { hash32, inBackground } from '../kit/index.js';
import type { Clock, Timer } from '../lease/index.js';
import { HEIR_TTL } from '../leadership/index.js';
import { deal, type Unit } from './assign.js';
import type { FleetMembers } from './fleet-members.js';
import type { Units } from './units.js';

/** What placement needs of an election. */
export interface PlacedElector {
  /** Who leads, as far as this replica has seen. */
  readonly leader: string | undefined;
  /** Whether work is running that a hand-over would interrupt. */
  readonly isBusy: boolean;
  /** How often the lease has changed hands lately. */
  readonly recentTerms: number;
  /** Ends the term in order, and leaves the lease to another replica. Returns whether a term ends. */
  handOver(heir: string): boolean;
}

export interface MoverContext {
  readonly clock: Clock;
  readonly instanceId: string;
  readonly units: Units;
  readonly electorOf: (key: string) => PlacedElector | undefined;
  /** Everybody who is there, as read last; `undefined`: that was too long ago. */
  readonly members: () => FleetMembers | undefined;
  /** Reads them anew. Resolves with whether the store answered. */
  readonly refresh: () => Promise<boolean>;
  /** Whether this replica shall keep nothing. */
  readonly isCordoned: () => boolean;
}

/** Nothing moves until nobody has come or gone for so long, ms: what a deployment does is one change. */
export const SETTLED = 3_000;
/** Replicas of several versions are taken for a deployment that goes on, but not for longer than this, ms. */
const LONGEST_DEPLOYMENT = 600_000;
/** Units are handed over one after the other, so far apart, ms. */
export const PACE = 100;
/** Where there are many, so many steps do for all. */
const STEPS = 40;
/** Who takes a key back so soon after it was handed over, ms, has found that nobody came for it. */
const TAKEN_BACK = 4 * HEIR_TTL;
/** So many keys that a replica did not come for are enough: nothing is handed over to it. */
const MOST_REFUSED = 3;
/** How long a plan waits for units whose work is running, ms. */
const PATIENCE = 5_000;

type MoverState =
  | { readonly phase: 'steady' }
  /** Somebody has come or gone, or the fleet was seen to be uneven. */
  | { readonly phase: 'settling'; readonly timer: Timer }
  | { readonly phase: 'moving'; readonly timer: Timer; readonly plan: Plan };

interface Plan {
  /** How many units each replica still gets. */
  readonly room: Map<string, number>;
  readonly batch: number;
  /** When to give up on what is still running, monotonic. */
  readonly until: number;
}

/**
 * Hands over what this replica leads beyond its share, and what belongs elsewhere: between iterations, at a bounded pace, to replicas that wait for
 * it. A cordoned replica hands over everything.
 *
 * | state | entered | left |
 * | --- | --- | --- |
 * | steady | at first; nothing is left to do | a replica comes or goes, or the fleet is uneven → settling |
 * | settling | | nobody has come or gone for {@link SETTLED} → moving, or steady if all is even |
 * | moving | | all is handed over, or takes too long → steady; a replica comes or goes → settling |
 */
export class Mover {
  #state: MoverState = { phase: 'steady' };
  #signature = '';
  #mixedSince: number | undefined;
  /** What was left to this replica since the last change: nothing moves twice for one. */
  readonly #received = new Set<string>();
  /** What was handed over last, when and to whom. */
  readonly #given = new Map<string, { readonly heir: string; readonly at: number }>();
  /** What replicas did not come for since the last change. */
  readonly #refused = new Map<string, Set<string>>();
  #closed = false;

  constructor(private readonly context: MoverContext) {}

  /** Units that are still to be handed over. */
  get pending(): number {
    if (this.#state.phase !== 'moving') return 0;
    return sumOf(this.#state.plan.room);
  }

  /** Everybody who is there was read. */
  onRead(members: FleetMembers): void {
    const now = this.context.clock.monotonic();
    this.#mixedSince = members.isMixed ? (this.#mixedSince ?? now) : undefined;
    const signature = `${members.signature}|${String(this.context.isCordoned())}`;
    if (signature !== this.#signature) {
      this.#signature = signature;
      this.#received.clear();
      this.#refused.clear();
      this.#settle();
    } else if (this.#state.phase === 'steady' && this.#hasToMove(members)) this.#settle();
  }

  /** A lease was left to this replica. */
  onHeir(key: string): void {
    this.#received.add(key);
  }

  /** This replica leads a key: if it had handed it over, nobody came for it. */
  onLed(key: string): void {
    const given = this.#given.get(key);
    this.#given.delete(key);
    if (!given || this.context.clock.monotonic() - given.at > TAKEN_BACK) return;
    const refused = this.#refused.get(given.heir) ?? new Set();
    this.#refused.set(given.heir, refused.add(key));
  }

  close(): void {
    this.#closed = true;
    this.#enter({ phase: 'steady' });
  }

  #settle(): void {
    const delay = this.context.isCordoned() ? 0 : SETTLED;
    const timer = this.context.clock.setTimeout(() => inBackground(this.#begin()), delay);
    this.#enter({ phase: 'settling', timer });
  }

  /** All replicas look at fresh counts, so that each knows what the others give and take. */
  async #begin(): Promise<void> {
    const settling = this.#state;
    const known = this.context.members();
    if (!known || !this.#hasToMove(known)) return this.#enter({ phase: 'steady' });
    const isRead = this.context.isCordoned() || (await this.context.refresh());
    if (this.#state !== settling) return;
    const members = this.context.members();
    if (!isRead || !members || !this.#hasToMove(members)) return this.#enter({ phase: 'steady' });
    const room = new Map(this.#gives(members));
    const all = sumOf(room);
    const until = this.context.clock.monotonic() + PATIENCE;
    this.#step({ room, batch: Math.max(1, Math.ceil(all / STEPS)), until });
  }

  #step(plan: Plan): void {
    const members = this.context.members();
    const isLate = this.context.clock.monotonic() > plan.until;
    if (!members || (isLate && !this.context.isCordoned())) return this.#enter({ phase: 'steady' });
    const isReady = (unit: Unit) => isLate || !this.#isBusy(unit);
    const fits = (unit: Unit, id: string) => this.#fits(members, unit, id);
    const heirs = [...plan.room].flatMap(([id, free]) => (free > 0 ? [id] : []));
    const movable = this.#movable().filter((unit) => heirs.some((id) => fits(unit, id)));
    // At first it waits for those that should move; then those will do whose work is not running.
    const isPatient = this.context.clock.monotonic() < plan.until - PATIENCE / 2;
    const wanted = this.#leastMoved(isPatient ? movable : movable.filter(isReady), sumOf(plan.room)).filter(
      isReady,
    );
    const due = deal(wanted, plan.room, plan.batch, fits);
    for (const [unit, heir] of due) {
      plan.room.set(heir, (plan.room.get(heir) ?? 1) - 1);
      this.#move(unit, heir);
    }
    for (const [key, heir] of this.#astray(members, plan.batch)) this.#handOver(key, heir);
    const isOver = [...plan.room.values()].every((count) => count <= 0) && !this.#hasAstray(members);
    if (isOver) return this.#enter({ phase: 'steady' });
    const timer = this.context.clock.setTimeout(() => this.#step(plan), PACE);
    this.#enter({ phase: 'moving', plan, timer });
  }

  #hasToMove(members: FleetMembers): boolean {
    return this.#gives(members).size > 0 || this.#hasAstray(members);
  }

  /** How many units go to whom. */
  #gives(members: FleetMembers): ReadonlyMap<string, number> {
    if (!members.hasOthers) return new Map();
    const { isCordoned, clock } = this.context;
    const isDeployment =
      this.#mixedSince !== undefined && clock.monotonic() - this.#mixedSince < LONGEST_DEPLOYMENT;
    if (isDeployment && !isCordoned()) return new Map();
    return new Map([...members.surplus()].filter(([id]) => this.#comes(id)));
  }

  /** The units led here that may move now. */
  #movable(): readonly Unit[] {
    const { units, isCordoned } = this.context;
    return [...units.led].filter((key) => isCordoned() || !this.#received.has(key));
  }

  /**
   * As many as are to be handed over: what a deployment has moved already stays where it is, if others will do. Of the shards of one key, and of the
   * other keys, each gives its part, so that a job that is dealt out stays spread.
   */
  #leastMoved(units: readonly Unit[], count: number): readonly Unit[] {
    if (units.length <= count) return units;
    const families = new Map<string, { readonly unit: Unit; readonly hash: number }[]>();
    for (const unit of units) {
      const identity = this.context.units.identityOf(unit);
      const family = identity === unit ? '' : identity;
      const known = families.get(family) ?? [];
      families.set(family, known);
      known.push({ unit, hash: hash32(unit) });
    }
    const ranked = [...families.values()].flatMap((family) =>
      family
        .sort((a, b) => a.hash - b.hash)
        .map(({ unit, hash }, i) => ({
          ...{ unit, hash, place: (i + 0.5) / family.length },
          moves: this.context.electorOf(unit)?.recentTerms ?? 0,
        })),
    );
    return ranked
      .sort((a, b) => a.moves - b.moves || a.place - b.place || a.hash - b.hash)
      .slice(0, count)
      .map(({ unit }) => unit);
  }

  #hasAstray(members: FleetMembers): boolean {
    return this.#astray(members, 1).length > 0;
  }

  /**
   * Keys led here that are not counted, and belong elsewhere: those that follow a key which another replica leads, and on a cordoned one those that
   * follow none.
   */
  #astray(members: FleetMembers, most: number): readonly (readonly [key: string, heir: string])[] {
    const { units, electorOf, instanceId, isCordoned } = this.context;
    const astray: (readonly [string, string])[] = [];
    const left: string[] = [];
    for (const key of units.ledBeside) {
      if (astray.length + left.length >= most) break;
      if (this.#received.has(key) || electorOf(key)?.isBusy === true) continue;
      if (units.follows(key)) {
        const leader = electorOf(units.rootOf(key))?.leader;
        if (leader === undefined || leader === instanceId) continue;
        if (this.#fits(members, key, leader)) astray.push([key, leader]);
      } else if (isCordoned()) left.push(key);
    }
    const dealt = [...members.dealAnywhere(left)];
    return [...astray, ...dealt.filter(([key, heir]) => this.#fits(members, key, heir))];
  }

  #fits(members: FleetMembers, unit: Unit, heir: string): boolean {
    return this.#comes(heir) && this.#refused.get(heir)?.has(unit) !== true && members.fits(unit, heir);
  }

  /** Whether a replica has come for most of what was left to it. */
  #comes(heir: string): boolean {
    return (this.#refused.get(heir)?.size ?? 0) < MOST_REFUSED;
  }

  #isBusy(unit: Unit): boolean {
    for (const key of this.context.units.groupOf(unit))
      if (this.context.electorOf(key)?.isBusy === true) return true;
    return false;
  }

  #move(unit: Unit, heir: string): void {
    for (const key of this.context.units.groupOf(unit)) this.#handOver(key, heir);
  }

  #handOver(key: string, heir: string): void {
    if (this.context.electorOf(key)?.handOver(heir) === true)
      this.#given.set(key, { heir, at: this.context.clock.monotonic() });
  }

  /** The one place where the state changes. */
  #enter(state: MoverState): void {
    if (this.#state.phase !== 'steady' && this.#state !== state) this.#state.timer.cancel();
    this.#state = state;
    if (this.#closed && state.phase !== 'steady') this.#enter({ phase: 'steady' });
  }
}

function sumOf(room: ReadonlyMap<string, number>): number {
  return [...room.values()].reduce((sum, count) => sum + count, 0);
}
