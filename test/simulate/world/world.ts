import type { LeaseRef, ReleaseListener } from '../../../libs/background-services/src/lease/index.js';
import { History } from '../engine/history.js';
import { randomStream } from '../engine/random.js';
import { Scheduler } from '../engine/scheduler.js';
import { LeaseWitness } from '../invariants/leases.js';
import { SlotWitness } from '../invariants/slots.js';
import { TermWitness } from '../invariants/terms.js';
import { Verdicts } from '../invariants/verdicts.js';
import type { Plan } from '../plan/plan.js';
import { Machine } from './machine.js';
import { Replica } from './replica.js';
import { Resource } from './resource.js';
import { TIMING } from './settings.js';
import { StoreServer } from './store-server.js';
import { Weather } from './weather.js';

/** One machine of the fleet, with the network before it and the process on it. */
export interface Host {
  readonly machine: Machine;
  readonly weather: Weather;
  replica: Replica | undefined;
  boots: number;
}

/** Everything there is in one history, and what watches it. */
export class World {
  readonly scheduler = new Scheduler();
  readonly history: History;
  readonly verdicts: Verdicts;
  readonly leases: LeaseWitness;
  readonly terms: TermWitness;
  readonly slots: SlotWitness;
  readonly resource: Resource;
  readonly server: StoreServer;
  readonly hosts: readonly Host[];
  readonly keys: readonly string[];
  readonly #listeners = new Set<ReleaseListener>();
  readonly #lastStarts = new Map<string, number>();
  #highestWall = 0;

  constructor(
    readonly plan: Plan,
    readonly faultsEndAt: number,
    mode: 'silent' | 'kept',
  ) {
    const { scheduler } = this;
    this.history = new History(() => scheduler.now, mode);
    this.verdicts = new Verdicts(scheduler);
    this.server = new StoreServer(scheduler, this.history, plan.storeDrift, (release) =>
      this.#publish(release),
    );
    this.leases = new LeaseWitness(() => this.server.wall(), this.verdicts);
    this.terms = new TermWitness(
      TIMING.renewDeadline,
      plan.assumptions,
      scheduler,
      this.leases,
      this.verdicts,
    );
    this.slots = new SlotWitness((key) => this.leases.isForgetful(key), this.verdicts);
    this.resource = new Resource(this.history, this.leases, this.verdicts);
    this.keys = plan.keys.map((_, i) => `k${i}`);
    this.hosts = plan.machines.map((machine, i) => ({
      machine: new Machine(i, machine, scheduler, this.history, randomStream(plan.seed, `machine ${i}`)),
      weather: new Weather(() => scheduler.now, randomStream(plan.seed, `network ${i}`)),
      replica: undefined,
      boots: 0,
    }));
  }

  /** Starts a process on a machine that has none. */
  boot(host: Host): void {
    if (host.replica?.isAlive) return;
    host.machine.resume();
    const instanceId = `m${host.machine.number}.${++host.boots}`;
    this.history.note(instanceId, () => 'boots');
    host.replica = new Replica(instanceId, host.machine, host.weather, this);
  }

  /** Calls back when a lease is released, as a subscription does. */
  onRelease(listener: ReleaseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A worker began an iteration. */
  started(worker: string): void {
    this.#lastStarts.set(worker, this.scheduler.now);
  }

  lastStartOf(worker: string): number {
    return this.#lastStarts.get(worker) ?? -Infinity;
  }

  /** Remembers how far ahead any wall clock ever was: cron slots are settled up to there. */
  noteWalls(): void {
    for (const { machine } of this.hosts) this.#highestWall = Math.max(this.#highestWall, machine.wall());
  }

  get highestWall(): number {
    return this.#highestWall;
  }

  #publish(release: LeaseRef): void {
    for (const listener of this.#listeners) listener(release);
  }
}
