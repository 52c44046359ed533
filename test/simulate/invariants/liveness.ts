import { type KeyPlan, LAST_VERSION } from '../plan/plan.js';
import { nameOf } from '../world/dealing.js';
import { LONGEST_WORK, CIRCUIT_BREAKER, TIMING } from '../world/settings.js';
import { BELIEVED_AHEAD } from '../world/store-server.js';
import type { World } from '../world/world.js';
import type { Invariant } from './verdicts.js';

/** How often it is looked whether the fleet has found back to work, ms. */
const LOOKS_EVERY = 200;

/** Between two standbys at the expiry of a lease, and for timers and the network, ms. */
const EXPIRY_SPREAD = 250;
const SLACK = 500;

interface Missing {
  readonly invariant: Invariant;
  readonly what: string;
  readonly dueBy: number;
}

/**
 * After the faults somebody leads every key within a bound, and every worker runs; slots that are owed a run get it. A history in which
 * all is well again ends there.
 */
export class LivenessWitness {
  readonly #since: number;
  readonly #leaderBy: number;
  readonly #workersBy: number;
  readonly #ledAt = new Map<string, number>();

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

  /** Looks now, and goes on looking until nothing is missing. */
  watch(): void {
    const { scheduler, verdicts } = this.world;
    const missing = this.#missing();
    if (!missing) return scheduler.stop();
    const { invariant, what, dueBy } = missing;
    if (scheduler.now > dueBy)
      return verdicts.violated(
        invariant,
        `${(scheduler.now - this.#since).toFixed(0)} ms after the faults: ${what}`,
      );
    scheduler.after(LOOKS_EVERY, () => this.watch());
  }

  #missing(): Missing | undefined {
    const { hosts, leaseKeys, scheduler, terms } = this.world;
    const leaderless = leaseKeys.find((key) => !terms.leader(key));
    for (const key of leaseKeys) if (terms.leader(key)) this.#ledAt.set(key, scheduler.now);
    if (leaderless) {
      // Placement hands keys over meanwhile: one that was led a moment ago has as long again.
      const since = Math.max(this.#since, this.#ledAt.get(leaderless) ?? 0);
      const dueBy = since + (this.#leaderBy - this.#since);
      return { invariant: 'I7', what: `nobody leads ${leaderless}`, dueBy };
    }
    const stopping = hosts.find(({ replica }) => replica?.isStopping)?.replica;
    if (stopping)
      return { invariant: 'I7', what: `${stopping.name} has not stopped`, dueBy: this.#workersBy };
    const idle = this.#workersThatMustRun().find((worker) => this.world.lastStartOf(worker) < this.#since);
    if (idle) return { invariant: 'I7', what: `${idle} does not run`, dueBy: this.#workersBy };
    return this.#owed();
  }

  #owed(): Missing | undefined {
    const { leases, plan, server, slots } = this.world;
    if (server.isDoubtful) return undefined;
    for (const [i, key] of plan.keys.entries()) {
      if (key.cron?.onInterrupted !== 'rerun' || leases.isForgetful(nameOf(i))) continue;
      for (const worker of workersOf(nameOf(i), 'cron', key)) {
        const owed = slots.interrupted(worker, this.#since);
        const what = `slot ${owed.join(', ')} of ${worker} was not run again`;
        if (owed.length > 0) return { invariant: 'I10', what, dueBy: this.#workersBy };
      }
    }
    return undefined;
  }

  /** A cron worker has nothing to do while the store's clock is a little behind a time by which slots were settled already. */
  #workersThatMustRun(): readonly string[] {
    const { plan, server } = this.world;
    return plan.keys.flatMap((key, i) => {
      const { cron } = key;
      const names = workersOf(nameOf(i), 'interval', key);
      const waits = server.behind > 0 && server.behind <= BELIEVED_AHEAD + SLACK;
      // A machine whose clock runs at half the rate finds out about each slot too late for it.
      const isLate = plan.assumptions === 'broken' && cron?.misfire === 'skip';
      return !cron || waits || isLate ? names : [...names, ...workersOf(nameOf(i), 'cron', key)];
    });
  }
}

/** The names of a worker, or of its shards, that are there in the end. */
function workersOf(name: string, kind: 'interval' | 'cron', { shards }: KeyPlan): readonly string[] {
  const count = shards?.[LAST_VERSION] ?? 0;
  const worker = `${name}:${kind}`;
  return count === 0 ? [worker] : Array.from({ length: count }, (_, index) => `${worker}#${index}`);
}
