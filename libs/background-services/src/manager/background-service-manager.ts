import { readRegistration, validateDefinition, type WorkerConfig } from '../discovery/index.js';
import {
  CircuitOpenError,
  describeError,
  DuplicateWorkerError,
  KeyNotFoundError,
  NotLeaderError,
  WorkerBusyError,
  WorkerNotFoundError,
  WorkerNotRunningError,
} from '../errors/index.js';
import type { LeaseStore } from '../lease/index.js';
import type { Elections, Elector } from '../leadership/index.js';
import {
  attachControls,
  type BackgroundService,
  type IterationOutcome,
  Runner,
  Worker,
  type WorkerContext,
  type WorkerDefinition,
  type WorkerMetrics,
} from '../workers/index.js';
import { outlineOf, statusOf, type WorkerOutline, type WorkerStatus } from './worker-status.js';
import type { LineLogger } from '../logs/index.js';

export interface ManagerContext {
  readonly instanceId: string;
  readonly store: LeaseStore;
  /** Whether the store is closed at shutdown. */
  readonly ownsStore: boolean;
  readonly elections: Elections;
  readonly workers: WorkerContext;
  /** Milliseconds. */
  readonly drainTimeout: number;
  /** Whether this replica campaigns at all. */
  readonly enabled: boolean;
  readonly logger: LineLogger;
}

interface Managed {
  readonly worker: Worker;
  readonly campaign: Campaign;
}

/** The workers of one key with the election they depend on. */
interface Campaign {
  readonly elector: Elector;
  readonly runner: Runner;
}

/**
 * The workers of this replica: registers, lists and steers them. What it does, it does on this replica only.
 *
 * A replica campaigns for a key for as long as at least one of the key's workers is started on it.
 */
export class BackgroundServiceManager {
  readonly #managed = new Map<string, Managed>();
  readonly #campaigns = new Map<string, Campaign>();
  #phase: 'booting' | 'running' | 'shutting-down' = 'booting';
  #shutdown: Promise<boolean> | undefined;
  readonly #termListeners: (() => void)[] = [];
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(private readonly context: ManagerContext) {}

  /** This replica's name, as the leases hold it. */
  get instanceId(): string {
    return this.context.instanceId;
  }

  /**
   * Registers a worker without decorators. After boot it starts at once.
   * @throws InvalidWorkerError, DuplicateWorkerError
   */
  register(config: WorkerConfig): void {
    this.add(readRegistration(config));
  }

  /** @internal Adds a worker that was found or registered. */
  add(definition: WorkerDefinition, service?: BackgroundService): void {
    validateDefinition(definition);
    const existing = this.#managed.get(definition.name);
    if (existing)
      throw new DuplicateWorkerError(definition.name, [existing.worker.definition.place, definition.place]);
    const worker = new Worker(definition, this.context.workers);
    const campaign = this.#campaignFor(definition.key);
    campaign.runner.add(worker);
    this.#managed.set(worker.name, { worker, campaign });
    if (service) attachControls(service, this.#controlsFor(worker.name));
    void this.#reconsider(campaign);
  }

  /** All workers of this app, in the order of their registration. */
  list(): readonly WorkerStatus[] {
    return [...this.#managed.values()].map(({ worker, campaign }) => statusOf(worker, campaign.elector));
  }

  /** @internal The same, without what costs more to derive. */
  outlines(): readonly WorkerOutline[] {
    return [...this.#managed.values()].map(({ worker }) => outlineOf(worker));
  }

  /** @throws WorkerNotFoundError */
  get(name: string): WorkerStatus {
    const { worker, campaign } = this.#find(name);
    return statusOf(worker, campaign.elector);
  }

  /** @throws WorkerNotFoundError */
  getMetrics(name: string): WorkerMetrics {
    return this.#find(name).worker.metrics;
  }

  /** Whether this replica leads the key now. @throws KeyNotFoundError */
  isLeader(key: string): boolean {
    return this.#campaign(key).elector.isLeader;
  }

  /** Starts a worker on this replica; without effect if it is started. @throws WorkerNotFoundError */
  start(name: string): void {
    const { worker, campaign } = this.#find(name);
    worker.start();
    void this.#reconsider(campaign);
  }

  /**
   * Stops a worker on this replica: no iteration starts, and the running one's signal aborts. If it was the key's last started worker here,
   * the lease is handed over.
   * @param options.timeout how long to wait for the running iteration, ms. Default: the module's `drainTimeout`
   * @returns whether it ended in time
   * @throws WorkerNotFoundError
   */
  async stop(
    name: string,
    { timeout = this.context.drainTimeout }: { readonly timeout?: number } = {},
  ): Promise<boolean> {
    const { worker, campaign } = this.#find(name);
    worker.stop();
    const clean = await this.#within(timeout, worker.drained());
    const left = this.#reconsider(campaign);
    // Work that did not end in time keeps the lease; it is given back when it ends, and nobody waits for that here.
    if (clean) await left;
    return clean;
  }

  /** Lets the ticks of a worker pass on this replica; a running iteration goes on. @throws WorkerNotFoundError */
  pause(name: string): void {
    this.#find(name).worker.pause();
  }

  /** @throws WorkerNotFoundError */
  resume(name: string): void {
    this.#find(name).worker.resume();
  }

  /**
   * Runs one iteration now, beside the schedule.
   * @returns how it ended; an error of the work is in there, not thrown
   * @throws WorkerNotFoundError, NotLeaderError, WorkerBusyError, WorkerNotRunningError, CircuitOpenError
   */
  async trigger(name: string): Promise<IterationOutcome> {
    return this.beginTrigger(name).finished;
  }

  /** @internal Begins one iteration now. */
  beginTrigger(name: string): { readonly finished: Promise<IterationOutcome> } {
    const { worker, campaign } = this.#find(name);
    const attempt = worker.attempt(this.context.workers.clock.wall());
    if ('finished' in attempt) return attempt;
    switch (attempt.refused) {
      case 'not-leading':
        throw new NotLeaderError(worker.definition.key, campaign.elector.leader);
      case 'busy':
        throw new WorkerBusyError(name);
      case 'paused':
      case 'stopped':
        throw new WorkerNotRunningError(name, attempt.refused);
      case 'circuit-open':
        throw new CircuitOpenError(name, worker.circuit.retryAt);
    }
  }

  /** Closes the circuit breaker of a worker on this replica. @throws WorkerNotFoundError */
  resetCircuitBreaker(name: string): void {
    this.#find(name).worker.breaker.reset();
  }

  /** Lets no iteration of a worker through on this replica until `resetCircuitBreaker()`. @throws WorkerNotFoundError */
  forceOpenCircuitBreaker(name: string): void {
    this.#find(name).worker.breaker.forceOpen();
  }

  /**
   * Gives leadership of a key up in order (gate, abort, drain, release) and stays back for one retry interval, so that another replica can
   * take it.
   * @returns whether all work had ended in time, so that the lease was released
   * @throws KeyNotFoundError, NotLeaderError
   */
  async stepDown(key: string): Promise<boolean> {
    const { elector } = this.#campaign(key);
    if (elector.state.phase !== 'leading') throw new NotLeaderError(key, elector.leader);
    return elector.stepDown();
  }

  /** @internal The terms that go on here. Times are of the store's clock, ms since the epoch. */
  terms(): readonly { readonly key: string; readonly token: number; readonly since: number }[] {
    return [...this.#campaigns].flatMap(([key, { runner }]) =>
      runner.ledger ? [{ key, token: runner.ledger.term.fencingToken, since: runner.began }] : [],
    );
  }

  /** @internal The keys that this app has workers for. */
  keys(): readonly string[] {
    return [...this.#campaigns.keys()];
  }

  /** @internal Tells the term that goes on here what somebody else wrote into the ledger of its key; `null`: removed. */
  learn(key: string, entries: Readonly<Record<string, string | null>>): void {
    const runner = this.#campaigns.get(key)?.runner;
    if (!runner?.ledger) return;
    const held = new Set(runner.workers.filter(({ isHeld }) => isHeld));
    for (const [field, value] of Object.entries(entries)) runner.ledger.learn(field, value);
    for (const worker of runner.workers) if (worker.isHeld !== held.has(worker)) worker.tellHold();
  }

  /** @internal Calls back when a term has begun or ended here. */
  onTermChange(listener: () => void): void {
    this.#termListeners.push(listener);
  }

  /** @internal Asks the store at once whether the leases are still ours. */
  renewNow(): void {
    this.context.elections.renewNow();
  }

  /** @internal The keys that this holder has, as far as this replica has seen. */
  keysHeldBy(holder: string): readonly string[] {
    return [...this.#campaigns].flatMap(([key, { elector }]) => (elector.leader === holder ? [key] : []));
  }

  /** @internal A lease is free that this replica may wait for. */
  onReleased(key: string, holder: string): void {
    this.context.elections.onReleased(key, holder);
  }

  /** @internal Calls back with every beat of renewals and tries, in the tick in which they are sent. */
  onBeat(listener: () => void): void {
    this.context.elections.onBeat(listener);
  }

  /** @internal What is called before the lease store is closed. */
  onClose(listener: () => Promise<void>): void {
    this.#closers.push(listener);
  }

  /** @internal Begins to campaign for everything that is registered, unless it is shut down. Never waits for leadership. */
  begin(): boolean {
    if (this.#phase !== 'booting') return this.#phase === 'running';
    this.#phase = 'running';
    for (const campaign of this.#campaigns.values()) void this.#reconsider(campaign);
    return true;
  }

  /**
   * Ends everything in order: gates, aborts, drains, releases, and closes the lease store. Called at the app's shutdown; more calls wait for
   * the same end.
   * @returns whether all work had ended in time
   */
  shutdownAll(): Promise<boolean> {
    this.#shutdown ??= this.#end();
    return this.#shutdown;
  }

  /** Ends a shutdown's wait for running work, as if `drainTimeout` were over. @param why for the log, e.g. the name of a signal */
  cutShutdownShort(why = 'Cut short'): void {
    this.context.logger.warn(`${why} while draining: not waiting any longer`);
    for (const { runner } of this.#campaigns.values()) runner.cutShort();
  }

  async #end(): Promise<boolean> {
    this.#phase = 'shutting-down';
    const stops = [...this.#campaigns.values()].map(({ elector }) => elector.stop());
    const clean = (await Promise.all(stops)).every(Boolean);
    await this.context.elections.close();
    await Promise.all(this.#closers.map((close) => close()));
    if (this.context.ownsStore) await this.#closeStore();
    if (this.#campaigns.size > 0)
      this.context.logger.log(clean ? 'Stopped cleanly' : 'Stopped with work still running');
    return clean;
  }

  async #closeStore(): Promise<void> {
    const { store, logger } = this.context;
    await store
      .close()
      .catch((error: unknown) =>
        logger.warn(`Closing the lease store failed: ${describeError(error).message}`),
      );
  }

  /** Campaigns for a key, or leaves, as its workers want. */
  async #reconsider({ elector, runner }: Campaign): Promise<void> {
    if (this.#phase !== 'running' || !this.context.enabled) return;
    if (runner.workers.some(({ mode }) => mode !== 'stopped')) elector.start();
    else await elector.stop();
  }

  #campaignFor(key: string): Campaign {
    let campaign = this.#campaigns.get(key);
    if (!campaign) {
      const runner = new Runner(this.context.workers.clock, () => this.#tellTermChange());
      campaign = { runner, elector: this.context.elections.open(key, runner) };
      this.#campaigns.set(key, campaign);
    }
    return campaign;
  }

  #tellTermChange(): void {
    for (const listener of this.#termListeners) listener();
  }

  #controlsFor(name: string) {
    return {
      start: () => this.start(name),
      stop: (timeout?: number) => this.stop(name, timeout === undefined ? {} : { timeout }),
      isRunning: () => this.#find(name).worker.mode === 'started' && this.#find(name).worker.isLeading,
      getMetrics: () => this.getMetrics(name),
      resetCircuitBreaker: () => this.resetCircuitBreaker(name),
    };
  }

  #find(name: string): Managed {
    const managed = this.#managed.get(name);
    if (!managed) throw new WorkerNotFoundError(name, [...this.#managed.keys()]);
    return managed;
  }

  #campaign(key: string): Campaign {
    const campaign = this.#campaigns.get(key);
    if (!campaign) throw new KeyNotFoundError(key, [...this.#campaigns.keys()]);
    return campaign;
  }

  #within(timeout: number, work: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.context.workers.clock.setTimeout(() => resolve(false), timeout);
      void work.then(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }
}
