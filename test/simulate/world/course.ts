import { LATELY } from '../../../libs/background-services/src/workers/runner.js';
import { PlacementWitness, type Seat } from '../invariants/placement.js';
import type { Change } from '../plan/plan.js';
import { TIMING } from './settings.js';
import type { Host, World } from './world.js';

/** How long a fleet that boots has to find to its shares, ms. */
const BOOTING = 14_000;
/** How long a change takes at most, ms, as it is promised. */
const CHANGING = 10_000;
/** Between two replicas that are deployed, ms. */
const BETWEEN = 500;

/** Changes a fleet that is well, one change after the other, and lets each be judged when its time is over. */
export class Course {
  readonly #witness: PlacementWitness;
  readonly #cordoned = new Set<Host>();
  #isQuiet = false;

  constructor(private readonly world: World) {
    const { plan, scheduler, verdicts, leaseKeys, terms } = world;
    this.#witness = new PlacementWitness(leaseKeys, plan.hints, scheduler, verdicts);
    terms.listener = this.#witness;
  }

  begin(): void {
    this.world.scheduler.after(BOOTING, () => {
      this.#witness.judge('boot', this.#seats(), Infinity);
      this.#next([...this.world.plan.changes]);
    });
  }

  #next([change, ...others]: readonly Change[]): void {
    const { scheduler, history } = this.world;
    if (!change) return scheduler.stop();
    // What moved lately has moved for the deployment, as far as replicas can tell.
    if (change.kind === 'deploy' && !this.#isQuiet) {
      this.#isQuiet = true;
      return void scheduler.after(LATELY, () => this.#next([change, ...others]));
    }
    this.#isQuiet = false;
    history.note('all', () => `change: ${JSON.stringify(change)}`);
    this.#witness.changes();
    const longer = change.kind === 'kill' ? TIMING.ttl : 0;
    // A deployment is one change: each key may move away from its replica, and to its last one.
    const most = change.kind === 'deploy' ? 2 : 1;
    this.#carryOut(change, () =>
      scheduler.after(CHANGING + longer, () => {
        this.#witness.judge(change.kind, this.#seats(), most);
        this.#next(others);
      }),
    );
  }

  #carryOut(change: Change, done: () => void): void {
    const { world } = this;
    switch (change.kind) {
      case 'join': {
        const spare = world.hosts.find(({ replica }) => !replica?.isAlive);
        if (spare) world.boot(spare);
        return done();
      }
      case 'leave': {
        const host = this.#leaving(change.machine);
        return host?.replica ? void host.replica.stop().then(done) : done();
      }
      case 'kill':
        this.#leaving(change.machine)?.replica?.kill();
        return done();
      case 'cordon': {
        const host = this.#pick(change.machine);
        if (host) this.#cordoned.add(host);
        host?.replica?.placement.cordon();
        return done();
      }
      case 'uncordon': {
        const [host] = this.#cordoned;
        if (host) this.#cordoned.delete(host);
        host?.replica?.placement.uncordon();
        return done();
      }
      case 'deploy':
        // A fleet that is not balanced cannot be deployed with two moves a key.
        if (this.#live().length < 2 || this.#cordoned.size > 0) return done();
        for (const host of world.hosts) host.version = host.version === 0 ? 1 : 0;
        return this.#deploy(this.#live(), change.bootsAfter, done);
    }
  }

  #deploy([host, ...others]: readonly Host[], bootsAfter: number, done: () => void): void {
    const { world } = this;
    if (!host?.replica) return done();
    this.#cordoned.delete(host);
    void host.replica.stop().then(() =>
      world.scheduler.after(bootsAfter, () => {
        world.boot(host);
        world.scheduler.after(BETWEEN, () => this.#deploy(others, bootsAfter, done));
      }),
    );
  }

  #live(): readonly Host[] {
    return this.world.hosts.filter(({ replica }) => replica?.isAlive);
  }

  #pick(machine: number): Host | undefined {
    const live = this.#live();
    return live[machine % live.length];
  }

  /** Somebody stays who takes what it leaves: a cordoned replica takes nothing, not even what nobody leads. */
  #leaving(machine: number): Host | undefined {
    const picked = this.#pick(machine);
    const isMissed = this.#live().every((host) => host === picked || this.#cordoned.has(host));
    const host = isMissed ? undefined : picked;
    if (host) this.#cordoned.delete(host);
    return host;
  }

  #seats(): readonly Seat[] {
    return this.#live().flatMap((host) =>
      host.replica
        ? [
            {
              id: host.replica.instanceId,
              capacity: host.machine.plan.capacity,
              accepts: !this.#cordoned.has(host),
            },
          ]
        : [],
    );
  }
}
