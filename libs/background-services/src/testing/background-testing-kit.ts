import type { BackgroundServicesOptions } from '../options/options.js';
import { BackgroundServiceManager } from '../manager/index.js';
import type { IterationOutcome } from '../workers/index.js';
import { TestClock } from './test-clock.js';
import { TestLeaseStore } from './test-lease-store.js';

/** What the kit needs of an app: Nest's own `app.get`. */
export interface AppContext {
  get<T>(token: abstract new (...args: never[]) => T): T;
}

/**
 * Everything needed to test leader-elected workers without Redis and without waiting: a clock that is ticked by hand and a lease store
 * that can be made to fail. Give several apps the options of one kit, and they are replicas.
 */
export class BackgroundTestingKit {
  readonly clock: TestClock;
  readonly store: TestLeaseStore;
  readonly #apps: BackgroundServiceManager[] = [];

  /** @param startAt the wall time that the clock begins with */
  constructor(startAt?: Date | number) {
    this.clock = new TestClock(startAt);
    this.store = new TestLeaseStore(this.clock);
  }

  /** For `BackgroundServicesModule.forRoot(kit.options())`; `overrides` go on top. */
  options(overrides: BackgroundServicesOptions = {}): BackgroundServicesOptions {
    return { store: this.store, clock: this.clock, random: () => 0.5, ...overrides };
  }

  /** Names the app that `runIteration` and `isLeader` speak of; with several, the one that leads. Call it after `app.init()`. */
  attach(app: AppContext): this {
    this.#apps.push(app.get(BackgroundServiceManager));
    return this;
  }

  /** Lets time pass until one of the attached apps leads the key. */
  async elected(key: string): Promise<void> {
    this.#assertAttached();
    await this.clock.advanceUntil(() => this.isLeader(key));
  }

  isLeader(key: string): boolean {
    return this.#apps.some((manager) => manager.isLeader(key));
  }

  /** Lets the lease of a key run out, as if its holder had not been heard of. The holder notices at its next renewal. */
  expire(key: string): void {
    this.store.delete(key);
  }

  /** Gives the lease of a key to somebody else. The holder notices at its next renewal. */
  steal(key: string, holder = 'thief', ttl = 30_000): void {
    this.store.set(key, holder, ttl);
  }

  /** The next `count` commands to the lease store fail. */
  failNext(count: number, error?: Error): void {
    this.store.failNext(count, error);
  }

  /**
   * Runs one iteration of a worker now, on the app that leads; waits for an election if need be.
   * @returns how it ended; an error of the work is in there, not thrown
   */
  async runIteration(worker: string): Promise<IterationOutcome> {
    const first = this.#assertAttached();
    await this.elected(first.get(worker).key);
    const leader = this.#apps.find((manager) => manager.get(worker).role === 'leader') ?? first;
    return leader.trigger(worker);
  }

  #assertAttached(): BackgroundServiceManager {
    const [first] = this.#apps;
    if (!first) throw new Error('No app is attached: call kit.attach(app) after app.init()');
    return first;
  }
}
