import { validateDefinition } from '../discovery/index.js';
import {
  CircuitOpenError,
  DuplicateWorkerError,
  KeyNotFoundError,
  NotLeaderError,
  WorkerBusyError,
  WorkerNotFoundError,
  WorkerNotRunningError,
} from '../errors/index.js';
import { callGuest, inBackground, within } from '../kit/index.js';
import type { LeaseStore } from '../lease/index.js';
import type { Elections } from '../leadership/index.js';
import type { LineLogger } from '../logs/index.js';
import {
  type IterationOutcome,
  remarksOn,
  Worker,
  type WorkerContext,
  type WorkerDefinition,
} from '../workers/index.js';
import { Campaign } from './campaign.js';
import { closeInOrder } from './close-in-order.js';

export interface CampaignsContext {
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

/** What the rest of the app hears of the campaigns, in the tick in which it happens. What a member throws is contained. */
export interface CampaignsObserver {
  /** A worker has been registered. */
  readonly registered?: () => void;
  /** A term has begun or ended. */
  readonly termChanged?: () => void;
  /** Renewals and tries are being sent to the store. */
  readonly beat?: () => void;
  /** All work is drained and all leases are given back. The lease store is closed after this. */
  readonly closing?: () => Promise<void>;
}

/** A worker, and the campaign for the key that it runs under. */
interface Registered {
  readonly worker: Worker;
  readonly campaign: Campaign;
}

/**
 * Everything that this replica runs: the workers by name, the campaigns by key. A replica campaigns for a key for as long as at least one of the
 * key's workers is started on it, from `begin()` to `close()`.
 */
export class Campaigns {
  readonly #workers = new Map<string, Registered>();
  readonly #campaigns = new Map<string, Campaign>();
  readonly #observers: CampaignsObserver[] = [];
  /** One for all: there may be thousands of campaigns. */
  readonly #onTermChange = () => this.#tell('termChanged');
  #phase: 'booting' | 'running' | 'closing' = 'booting';
  #closed: Promise<boolean> | undefined;

  constructor(private readonly context: CampaignsContext) {
    context.elections.onBeat(() => this.#tell('beat'));
  }

  get instanceId(): string {
    return this.context.instanceId;
  }

  /** Milliseconds. */
  get drainTimeout(): number {
    return this.context.drainTimeout;
  }

  get elections(): Elections {
    return this.context.elections;
  }

  observe(observer: CampaignsObserver): void {
    this.#observers.push(observer);
  }

  /** @throws InvalidWorkerError, DuplicateWorkerError */
  add(definition: WorkerDefinition): void {
    validateDefinition(definition);
    const { name, place } = definition;
    const existing = this.#workers.get(name);
    if (existing) throw new DuplicateWorkerError(name, [existing.worker.definition.place, place]);
    for (const remark of remarksOn(definition)) this.context.logger.warn(`${place}: ${remark}`);
    const worker = new Worker(definition, this.context.workers);
    const campaign = this.#campaignFor(definition.key);
    campaign.add(worker);
    this.#workers.set(name, { worker, campaign });
    inBackground(this.#reconsider(campaign));
    this.#tell('registered');
  }

  /** In the order of their registration. */
  workers(): readonly Registered[] {
    return [...this.#workers.values()];
  }

  find(worker: string): Registered | undefined {
    return this.#workers.get(worker);
  }

  /** @throws WorkerNotFoundError */
  worker(name: string): Registered {
    const registered = this.find(name);
    if (!registered) throw new WorkerNotFoundError(name, [...this.#workers.keys()]);
    return registered;
  }

  all(): ReadonlyMap<string, Campaign> {
    return this.#campaigns;
  }

  /** @throws KeyNotFoundError */
  campaign(key: string): Campaign {
    const campaign = this.#campaigns.get(key);
    if (!campaign) throw new KeyNotFoundError(key, [...this.#campaigns.keys()]);
    return campaign;
  }

  /** @throws WorkerNotFoundError */
  start(name: string): void {
    const { worker, campaign } = this.worker(name);
    worker.start();
    inBackground(this.#reconsider(campaign));
  }

  /**
   * @param timeout how long to wait for the running iteration, ms
   * @returns whether it ended in time
   * @throws WorkerNotFoundError
   */
  async stop(name: string, timeout: number): Promise<boolean> {
    const { worker, campaign } = this.worker(name);
    worker.stop();
    const clean = await within(this.context.workers.clock, timeout, worker.drained());
    const left = this.#reconsider(campaign);
    // Work that did not end in time keeps the lease; it is given back when it ends, and nobody waits for that here.
    if (clean) await left;
    return clean;
  }

  /**
   * Begins one iteration now.
   * @throws WorkerNotFoundError, NotLeaderError, WorkerBusyError, WorkerNotRunningError, CircuitOpenError
   */
  trigger(name: string): { readonly finished: Promise<IterationOutcome> } {
    const { worker, campaign } = this.worker(name);
    const attempt = worker.attempt(this.context.workers.clock.wall());
    if ('finished' in attempt) return attempt;
    switch (attempt.refused) {
      case 'not-leading':
        throw new NotLeaderError(campaign.key, campaign.elector.leader);
      case 'busy':
        throw new WorkerBusyError(name);
      case 'paused':
      case 'stopped':
        throw new WorkerNotRunningError(name, attempt.refused);
      case 'circuit-open':
        throw new CircuitOpenError(name, worker.circuit.retryAt);
    }
  }

  /**
   * Ends the term of a key in order, and stays back for one retry interval.
   * @returns whether all work had ended in time
   * @throws KeyNotFoundError, NotLeaderError
   */
  async stepDown(key: string): Promise<boolean> {
    const { elector } = this.campaign(key);
    if (elector.state.phase !== 'leading') throw new NotLeaderError(key, elector.leader);
    return elector.stepDown();
  }

  /** Begins to campaign for everything that is registered, and says whether it does: not after `close()`. Never waits for leadership. */
  begin(): boolean {
    if (this.#phase !== 'booting') return this.#phase === 'running';
    this.#phase = 'running';
    for (const campaign of this.#campaigns.values()) inBackground(this.#reconsider(campaign));
    return true;
  }

  /** Ends everything in order; more calls wait for the same end. @returns whether all work had ended in time */
  close(): Promise<boolean> {
    this.#phase = 'closing';
    this.#closed ??= closeInOrder({
      ...this.context,
      clock: this.context.workers.clock,
      campaigns: [...this.#campaigns.values()],
      leave: this.#observers.flatMap(({ closing }) => closing ?? []),
    });
    return this.#closed;
  }

  /** Ends the wait for running work, as if `drainTimeout` were over. @param why for the log */
  cutShort(why: string): void {
    callGuest(() => this.context.logger.warn(`${why} while draining: not waiting any longer`));
    for (const campaign of this.#campaigns.values()) campaign.cutShort();
  }

  #campaignFor(key: string): Campaign {
    let campaign = this.#campaigns.get(key);
    if (!campaign) {
      const { elections, workers } = this.context;
      campaign = new Campaign(key, elections, workers.clock, this.#onTermChange);
      this.#campaigns.set(key, campaign);
    }
    return campaign;
  }

  async #reconsider(campaign: Campaign): Promise<void> {
    if (this.#phase === 'running' && this.context.enabled) await campaign.reconsider();
  }

  #tell(what: 'registered' | 'termChanged' | 'beat'): void {
    for (const observer of this.#observers) callGuest(() => observer[what]?.());
  }
}
