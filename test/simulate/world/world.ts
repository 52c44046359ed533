import { randomStream } from '../engine/random.js';
import type { Version } from '../plan/plan.js';
import { Machine } from './machine.js';
import { Replica } from './replica.js';
import { Surroundings } from './surroundings.js';
import { Weather } from './weather.js';

/** One machine of the fleet, with the network before it and the process on it. */
export interface Host {
  readonly machine: Machine;
  readonly weather: Weather;
  replica: Replica | undefined;
  boots: number;
  /** What is installed: the next process runs it. */
  version: Version;
}

/** Everything there is in one history: the machines with the processes on them, and what lies around them. */
export class World extends Surroundings {
  readonly hosts: readonly Host[];

  constructor(...of: ConstructorParameters<typeof Surroundings>) {
    super(...of);
    const { plan, scheduler, history } = this;
    this.hosts = plan.machines.map((machine, i) => ({
      machine: new Machine(i, machine, scheduler, history, randomStream(plan.seed, `machine ${i}`)),
      weather: new Weather(() => scheduler.now, randomStream(plan.seed, `network ${i}`)),
      replica: undefined,
      boots: 0,
      version: machine.version,
    }));
  }

  /** Starts a process on a machine that has none. */
  boot(host: Host): void {
    if (host.replica?.isAlive) return;
    host.machine.resume();
    const instanceId = `m${host.machine.number}.${++host.boots}`;
    this.history.note(instanceId, () => 'boots');
    host.replica = new Replica(instanceId, host.machine, host.weather, this, host.version);
  }
}
