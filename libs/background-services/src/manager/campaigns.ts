import { validateDefinition } from '../discovery/index.js';
import {
  CircuitOpenError,
  DuplicateWorkerError,
  InvalidWorkerError,
  KeyNotFoundError,
  NotLeaderError,
  WorkerBusyError,
  WorkerNotFoundError,
  WorkerNotRunningError,
} from '../errors/index.js';
import { callGuest, inBackground, within } from '../kit/index.js';
import { type LeaseStore, parseShardKey, shardKey } from '../lease/index.js';
import type { Elections } from '../leadership/index.js';
import type { LineLogger } from '../logs/index.js';
import type { Placement, PlacementRule, PlacementStatus } from '../placement/index.js';
import {
  type IterationOutcome,
  remarksOn,
  Worker,
  type WorkerContext,
  type WorkerDefinition,
} from '../workers/index.js';
import { Campaign } from './campaign.js';
import { closeInOrder } from './close-in-order.js';
import { type Registered, type ShardedWorker, shardsOf } from './sharded-worker.js';
import { triggerShards } from './trigger-shards.js';

export interface CampaignsContext {
  readonly instanceId: string;
  readonly store: LeaseStore;
  /** Whether the store is closed at shutdown. */
  readonly ownsStore: boolean;
  readonly elections: Elections;
  /** Says where keys should be led; not given: where they come to be. */
  readonly placement?: Placement | undefined;
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

/**
 * Everything that this replica runs: the workers by name, the campaigns by key. A replica campaigns for a key for as long as at least one of the
 * key's workers is started on it, from `begin()` to `close()`.
 */
export class Campaigns {
  readonly #workers = new Map<string, Registered>();
  /** Those that are dealt out, by name. */
  readonly #sharded = new Map<string, ShardedWorker>();
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
    const { place, name } = definition;
    const { shards } = definition.options;
    const definitions = shards === undefined ? [definition] : this.#dealOut(definition, shards);
    for (const each of [definition, ...definitions]) this.#assertNew(each);
    for (const each of definitions) this.#place(each);
    // What is there when the app begins is checked together: a key may follow one that comes later.
    if (this.#phase === 'running') this.context.placement?.check();
    for (const remark of remarksOn(definition)) this.context.logger.warn(`${place}: ${remark}`);
    const registered = definitions.map((each) => this.#register(each));
    if (this.#phase === 'running' && this.context.enabled) this.context.placement?.begin(this.elections);
    if (shards !== undefined) this.#sharded.set(name, { definition, shards: registered });
    this.#tell('registered');
  }

  /** @throws InvalidWorkerError */
  #dealOut(definition: WorkerDefinition, count: number): readonly WorkerDefinition[] {
    const { store } = this.context;
    if (store.shards === true) return shardsOf(definition, count);
    throw new InvalidWorkerError(
      definition.place,
      `it has shards, which the lease store "${store.name}" does not keep`,
      'Keep the leases in Redis, or leave out "shards"',
    );
  }

  /** @throws DuplicateWorkerError */
  #assertNew({ name, place }: WorkerDefinition): void {
    const existing = this.#sharded.get(name)?.definition ?? this.#workers.get(name)?.worker.definition;
    if (existing) throw new DuplicateWorkerError(name, [existing.place, place]);
  }

  /** The shards of a key follow those of another one by one. @throws InvalidWorkerError */
  #place({ key, options, place }: WorkerDefinition): void {
    const { placement: rule } = options;
    const shard = parseShardKey(key);
    const identity = shard ? `${shard.key}/${shard.count}` : key;
    this.context.placement?.add(key, shard ? ruleOfShard(rule, shard) : rule, identity, place);
  }

  #register(definition: WorkerDefinition): Registered {
    const worker = new Worker(definition, this.context.workers);
    const campaign = this.#campaignFor(definition.key);
    campaign.add(worker);
    const registered = { worker, campaign };
    this.#workers.set(definition.name, registered);
    inBackground(this.#reconsider(campaign));
    return registered;
  }

  /** In the order of their registration; each shard is one. */
  workers(): readonly Registered[] {
    return [...this.#workers.values()];
  }

  /** As people know them: one that is dealt out is one. In the order of their registration. */
  rows(): readonly (Registered | ShardedWorker)[] {
    const rows = new Set<Registered | ShardedWorker>();
    const groups = new Map(
      [...this.#sharded.values()].flatMap((sharded) => sharded.shards.map((each) => [each, sharded])),
    );
    for (const registered of this.#workers.values()) rows.add(groups.get(registered) ?? registered);
    return [...rows];
  }

  /** A worker as people know it, or one of its shards. @throws WorkerNotFoundError */
  row(name: string): Registered | ShardedWorker {
    return this.#sharded.get(name) ?? this.worker(name);
  }

  /** The worker of this name, or all its shards. @throws WorkerNotFoundError */
  named(name: string): readonly Registered[] {
    return this.#sharded.get(name)?.shards ?? [this.worker(name)];
  }

  find(worker: string): Registered | undefined {
    return this.#workers.get(worker);
  }

  /** @throws WorkerNotFoundError */
  worker(name: string): Registered {
    const registered = this.find(name);
    if (!registered) throw new WorkerNotFoundError(name, this.#names());
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
    for (const { worker, campaign } of this.named(name)) {
      worker.start();
      inBackground(this.#reconsider(campaign));
    }
  }

  /**
   * @param timeout how long to wait for the running iteration, ms
   * @returns whether it ended in time
   * @throws WorkerNotFoundError
   */
  async stop(name: string, timeout: number): Promise<boolean> {
    const ends = await Promise.all(this.named(name).map((each) => this.#stop(each, timeout)));
    return ends.every(Boolean);
  }

  async #stop({ worker, campaign }: Registered, timeout: number): Promise<boolean> {
    worker.stop();
    const clean = await within(this.context.workers.clock, timeout, worker.drained());
    const left = this.#reconsider(campaign);
    // Work that did not end in time keeps the lease; it is given back when it ends, and nobody waits for that here.
    if (clean) await left;
    return clean;
  }

  /**
   * Begins one iteration now; of a worker that is dealt out, one of each shard that this replica leads.
   * @returns the outcome, or the worst of all
   * @throws WorkerNotFoundError, NotLeaderError, WorkerBusyError, WorkerNotRunningError, CircuitOpenError; of shards, if none could begin
   */
  trigger(name: string): { readonly finished: Promise<IterationOutcome> } {
    const sharded = this.#sharded.get(name);
    return sharded ? triggerShards(sharded, (each) => this.#trigger(each)) : this.#trigger(this.worker(name));
  }

  #trigger({ worker, campaign }: Registered): { readonly finished: Promise<IterationOutcome> } {
    const { name } = worker;
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
    const led = this.campaignsOf(key).filter(({ elector }) => elector.state.phase === 'leading');
    if (led.length === 0) throw new NotLeaderError(key, this.campaignsOf(key)[0]?.elector.leader);
    const ends = await Promise.all(led.map(({ elector }) => elector.stepDown()));
    return ends.every(Boolean);
  }

  /** How this replica takes part in placement. */
  get placement(): PlacementStatus {
    return this.context.placement?.status ?? { cordoned: false, capacity: 1, moving: 0 };
  }

  cordon(): void {
    this.context.placement?.cordon();
    this.#tell('termChanged');
  }

  uncordon(): void {
    this.context.placement?.uncordon();
    this.#tell('termChanged');
  }

  /** The campaign for a key, or those for its shards. @throws KeyNotFoundError */
  campaignsOf(key: string): readonly Campaign[] {
    const shards = [...this.#sharded.values()].filter(({ definition }) => definition.key === key);
    if (shards.length === 0) return [this.campaign(key)];
    const own = this.#campaigns.get(key);
    const all = shards.flatMap(({ shards }) => shards.map(({ campaign }) => campaign));
    return [...new Set(own ? [own, ...all] : all)];
  }

  /** How many shards a key is dealt out into; `undefined`: it is not. */
  shardsOf(key: string): number | undefined {
    for (const { definition } of this.#sharded.values())
      if (definition.key === key) return definition.options.shards;
    return undefined;
  }

  #names(): readonly string[] {
    return this.rows().map((row) => ('shards' in row ? row.definition : row.worker).name);
  }

  /** Begins to campaign for everything that is registered, and says whether it does: not after `close()`. Never waits for leadership. */
  begin(): boolean {
    if (this.#phase !== 'booting') return this.#phase === 'running';
    const { placement, elections, enabled } = this.context;
    placement?.check();
    this.#phase = 'running';
    if (enabled && this.#campaigns.size > 0) placement?.begin(elections);
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

function ruleOfShard(
  rule: PlacementRule | undefined,
  { index, count }: { readonly index: number; readonly count: number },
): PlacementRule | undefined {
  return typeof rule === 'object' ? { with: shardKey(rule.with, index, count) } : rule;
}
