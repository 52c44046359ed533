import type { Ledger } from '../lease/index.js';
import type { CurrentTerm } from './campaign.js';
import type { Campaigns, CampaignsObserver } from './campaigns.js';
import type { WorkerMode, WorkerOutline } from '../workers/index.js';
import type { PlacementStatus } from '../placement/index.js';
import { outlineOf } from './worker-status.js';

/** This replica as one of a fleet: what it tells the others of itself, and what it does when an operator asks for it elsewhere. */
export class Replica {
  constructor(private readonly campaigns: Campaigns) {}

  /** This replica's name, as the leases hold it. */
  get instanceId(): string {
    return this.campaigns.instanceId;
  }

  observe(observer: CampaignsObserver): void {
    this.campaigns.observe(observer);
  }

  /** The keys that this app has workers for. */
  keys(): readonly string[] {
    return [...this.campaigns.all().keys()];
  }

  /** How many shards a key is dealt out into; `undefined`: it is not. */
  shardsOf(key: string): number | undefined {
    return this.campaigns.shardsOf(key);
  }

  /** How many workers there are. */
  get size(): number {
    return this.campaigns.workers().length;
  }

  /** What this replica wants of a worker. */
  modeOf(worker: string): WorkerMode | undefined {
    return this.campaigns.find(worker)?.worker.mode;
  }

  /** The workers, without what costs more to derive. */
  outlines(): readonly WorkerOutline[] {
    return this.campaigns.workers().map(({ worker }) => outlineOf(worker));
  }

  /** The terms that go on here. */
  terms(): readonly CurrentTerm[] {
    return [...this.campaigns.all().values()].flatMap(({ term }) => term ?? []);
  }

  /** The fencing token of the term of a key that goes on here, if one does. */
  termOf(key: string): number | undefined {
    return this.campaigns.all().get(key)?.term?.token;
  }

  /** The store's time as of now, ms since the epoch, as a replica knows it that leads; `undefined`: this one does not. */
  storeNow(): number | undefined {
    for (const { storeNow } of this.campaigns.all().values()) if (storeNow !== undefined) return storeNow;
    return undefined;
  }

  /** Who holds the lease of a key, as far as this replica has seen. */
  holderOf(key: string): string | undefined {
    return this.campaigns.all().get(key)?.elector.leader;
  }

  /** The key that a worker of this app runs under. */
  keyOf(worker: string): string | undefined {
    return this.campaigns.find(worker)?.campaign.key;
  }

  /** The entries of a key's ledger under which operators pause its workers. */
  pauseFields(key: string): readonly string[] {
    return this.campaigns.all().get(key)?.pauseFields ?? [];
  }

  /** Takes the pause flags of a key over as operators left them in the store. @param fields those of `pauseFields` that were read */
  takePauseFlags(key: string, fields: readonly string[], ledger: Ledger): void {
    this.campaigns.all().get(key)?.takePauseFlags(fields, ledger);
  }

  /** A lease is free that this replica may wait for. */
  onReleased(key: string, holder: string): void {
    this.campaigns.elections.onReleased(key, holder);
  }

  /** Asks the store at once whether these leases are still ours. */
  renewNow(keys: readonly string[]): void {
    this.campaigns.elections.renewNow(keys);
  }

  /** Begins one iteration now. @throws WorkerNotFoundError, NotLeaderError, WorkerBusyError, WorkerNotRunningError, CircuitOpenError */
  trigger(name: string): void {
    this.campaigns.trigger(name);
  }

  /** The breaker's state travels with the renewals: whoever looks at the fleet next sees it. @throws WorkerNotFoundError */
  resetCircuitBreaker(name: string): void {
    const { worker, campaign } = this.campaigns.worker(name);
    worker.breaker.reset();
    this.renewNow([campaign.key]);
  }

  /** @throws WorkerNotFoundError */
  forceOpenCircuitBreaker(name: string): void {
    const { worker, campaign } = this.campaigns.worker(name);
    worker.breaker.forceOpen();
    this.renewNow([campaign.key]);
  }

  /** How it takes part in placement. */
  get placement(): PlacementStatus {
    return this.campaigns.placement;
  }

  cordon(): void {
    this.campaigns.cordon();
  }

  uncordon(): void {
    this.campaigns.uncordon();
  }

  /** @returns whether all work had ended in time @throws KeyNotFoundError, NotLeaderError */
  stepDown(key: string): Promise<boolean> {
    return this.campaigns.stepDown(key);
  }
}
