import { LONGEST_WORK, CIRCUIT_BREAKER, TIMING } from '../world/settings.js';
import type { World } from '../world/world.js';

/** How often it is looked whether the fleet has found back to work, ms. */
const LOOKS_EVERY = 50;

/** Between two standbys at the expiry of a lease, and for timers and the network, ms. */
const EXPIRY_SPREAD = 250;
const SLACK = 500;

/**
 * After the faults somebody leads every key within a bound, and every worker runs; slots that are owed a run get it. A history in which
 * all is well again ends there.
 */
export class LivenessWitness {
  readonly #since: number;
  readonly #leaderBy: number;
  readonly #workersBy: number;

  constructor(private readonly world: World) {
    const { plan, scheduler } = world;
    const slowest = 1 + Math.min(plan.storeDrift, ...plan.machines.map(({ drift }) => drift)) / 1_000;
    // The slowest way: a step-down at the very end that does not drain stands back until its own lease has expired and others were let go first.
    const { ttl, retryInterval, jitter } = TIMING;
    const commands = (2 * ttl) / 5;
    const toLead = plan.drainTimeout + ttl + retryInterval * (1 + jitter) + commands + EXPIRY_SPREAD + SLACK;
    const period = Math.max(
      ...plan.keys.map(({ every, cron }) => Math.max(every, 1_000 * (cron?.seconds ?? 0))),
    );
    const toRun = period + LONGEST_WORK + CIRCUIT_BREAKER.openDuration + commands + SLACK;
    this.#since = scheduler.now;
    this.#leaderBy = this.#since + toLead / slowest;
    this.#workersBy = this.#leaderBy + toRun / slowest;
  }

  watch(): void {
    const { scheduler, verdicts } = this.world;
    const missing = this.#missing();
    if (!missing) return scheduler.stop();
    if (scheduler.now > missing.dueBy)
      return verdicts.violated(
        'I7',
        `${(scheduler.now - this.#since).toFixed(0)} ms after the faults: ${missing.what}`,
      );
    scheduler.after(LOOKS_EVERY, () => this.watch());
  }

  #missing(): { readonly what: string; readonly dueBy: number } | undefined {
    const { world } = this;
    for (const key of world.keys)
      if (!world.terms.leader(key)) return { what: `nobody leads ${key}`, dueBy: this.#leaderBy };
    for (const { replica } of world.hosts)
      if (replica?.isStopping) return { what: `${replica.name} has not stopped`, dueBy: this.#workersBy };
    for (const worker of this.#workersThatMustRun()) {
      if (world.lastStartOf(worker) < this.#since)
        return { what: `${worker} does not run`, dueBy: this.#workersBy };
    }
    return this.#owed();
  }

  #owed() {
    const { world } = this;
    for (const [i, { cron }] of world.plan.keys.entries()) {
      if (cron?.onInterrupted !== 'rerun' || world.leases.isForgetful(`k${i}`)) continue;
      const owed = world.slots.interrupted(`k${i}:cron`);
      if (owed.length > 0)
        return { what: `slot ${owed.join(', ')} of k${i}:cron was not run again`, dueBy: this.#workersBy };
    }
    return undefined;
  }

  /** A cron worker has nothing to do while its clock is behind one by which slots were settled already. */
  #workersThatMustRun(): readonly string[] {
    const { hosts, highestWall, plan, scheduler } = this.world;
    return plan.keys.flatMap(({ cron }, i) => {
      const names = [`k${i}:interval`];
      if (!cron) return names;
      const behind = ({ machine }: (typeof hosts)[number]) =>
        machine.wall() + (this.#workersBy - scheduler.now) * machine.rate <
        highestWall + 2_000 * cron.seconds;
      return hosts.some(behind) ? names : [...names, `k${i}:cron`];
    });
  }
}
