import type { Release, ReleaseListener } from '../../../libs/background-services/src/lease/index.js';
import { History } from '../engine/history.js';
import { Scheduler } from '../engine/scheduler.js';
import { LeaseWitness } from '../invariants/leases.js';
import { SlotWitness } from '../invariants/slots.js';
import { TermWitness } from '../invariants/terms.js';
import { Verdicts } from '../invariants/verdicts.js';
import { LAST_VERSION, type Plan } from '../plan/plan.js';
import { leaseKeysIn, nameOf, wholeOf } from './dealing.js';
import { Resource } from './resource.js';
import { TIMING } from './settings.js';
import { StoreServer } from './store-server.js';

/** What lies around the processes in one history: time, the store, the resource that they write to, and what watches them. */
export class Surroundings {
  readonly scheduler = new Scheduler();
  readonly history: History;
  readonly verdicts: Verdicts;
  readonly leases: LeaseWitness;
  readonly terms: TermWitness;
  readonly slots: SlotWitness;
  readonly resource: Resource;
  readonly server: StoreServer;
  /** All that is to be led in the end. */
  readonly leaseKeys: readonly string[];
  /** What operators put their hands on: keys, and then shards of them. */
  readonly operable: readonly string[];
  readonly #listeners = new Set<ReleaseListener>();
  readonly #announcements = new Set<() => void>();
  readonly #lastStarts = new Map<string, number>();

  constructor(
    readonly plan: Plan,
    readonly faultsEndAt: number,
    mode: 'silent' | 'kept',
  ) {
    const { scheduler } = this;
    this.history = new History(() => scheduler.now, mode);
    this.verdicts = new Verdicts(scheduler);
    this.server = new StoreServer(
      ...([scheduler, this.history, plan.storeDrift] as const),
      (release) => this.#publish(release),
      () => this.#announcements.forEach((listener) => listener()),
    );
    this.leases = new LeaseWitness(() => this.server.wall(), this.verdicts);
    this.terms = new TermWitness(
      TIMING.renewDeadline,
      plan.assumptions,
      scheduler,
      this.leases,
      this.verdicts,
    );
    this.slots = new SlotWitness(
      {
        repeats: (key) => this.leases.isForgetful(key) || this.server.isDoubtful,
        now: () => (plan.assumptions === 'hold' ? this.server.wall() : Infinity),
        trueTime: () => this.scheduler.now,
      },
      this.verdicts,
    );
    const dealt = new Set(plan.keys.flatMap(({ shards }, i) => (shards ? [nameOf(i)] : [])));
    const isDealt = (key: string) => dealt.has(wholeOf(key).name);
    this.resource = new Resource(this.history, this.leases, this.verdicts, isDealt);
    this.leaseKeys = leaseKeysIn(plan, LAST_VERSION);
    this.operable = [...new Set([...plan.keys.map((_, i) => nameOf(i)), ...this.leaseKeys])];
  }

  /** Calls back when a lease is released, as a subscription does. */
  onRelease(listener: ReleaseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back when a member announces something, as a subscription does. */
  onAnnouncement(listener: () => void): () => void {
    this.#announcements.add(listener);
    return () => this.#announcements.delete(listener);
  }

  /** A worker began an iteration. */
  started(worker: string): void {
    this.#lastStarts.set(worker, this.scheduler.now);
  }

  lastStartOf(worker: string): number {
    return this.#lastStarts.get(worker) ?? -Infinity;
  }

  #publish(release: Release): void {
    for (const listener of this.#listeners) listener(release);
  }
}
