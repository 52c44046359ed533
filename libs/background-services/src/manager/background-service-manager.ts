import { readRegistration, type WorkerConfig } from '../discovery/index.js';
import type { IterationOutcome, WorkerReport } from '../workers/index.js';
import type { Campaigns } from './campaigns.js';
import { reportOfRow, statusOfRow } from './sharded-worker.js';
import type { WorkerStatus } from './worker-status.js';

/**
 * The workers of this replica: registers, lists and steers them. What it does, it does on this replica only. A worker with `shards` is one:
 * what is done under its name is done to all its shards, and under `name#5` to one.
 *
 * A replica campaigns for a key for as long as at least one of the key's workers is started on it.
 */
export class BackgroundServiceManager {
  /** @internal Made by the module. */
  constructor(private readonly campaigns: Campaigns) {}

  /** This replica's name, as the leases hold it. */
  get instanceId(): string {
    return this.campaigns.instanceId;
  }

  /**
   * Registers a worker without decorators. After boot it starts at once.
   * @throws InvalidWorkerError, DuplicateWorkerError
   */
  register(config: WorkerConfig): void {
    this.campaigns.add(readRegistration(config));
  }

  /** All workers of this app, in the order of their registration. */
  list(): readonly WorkerStatus[] {
    return this.campaigns.rows().map(statusOfRow);
  }

  /** A worker of this replica, as of now. @throws WorkerNotFoundError */
  get(name: string): WorkerStatus {
    return statusOfRow(this.campaigns.row(name));
  }

  /** What a worker did on this replica since boot. @throws WorkerNotFoundError */
  getMetrics(name: string): WorkerReport {
    return reportOfRow(this.campaigns.row(name));
  }

  /** Whether this replica leads the key now, or any shard of it. @throws KeyNotFoundError */
  isLeader(key: string): boolean {
    return this.campaigns.campaignsOf(key).some(({ elector }) => elector.isLeader);
  }

  /** Starts a worker on this replica; without effect if it is started. @throws WorkerNotFoundError */
  start(name: string): void {
    this.campaigns.start(name);
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
    { timeout = this.campaigns.drainTimeout }: { readonly timeout?: number } = {},
  ): Promise<boolean> {
    return this.campaigns.stop(name, timeout);
  }

  /** Lets the ticks of a worker pass on this replica; a running iteration goes on. @throws WorkerNotFoundError */
  pause(name: string): void {
    for (const { worker } of this.campaigns.named(name)) worker.pause();
  }

  /** Lets the ticks of a paused worker run again. @throws WorkerNotFoundError */
  resume(name: string): void {
    for (const { worker } of this.campaigns.named(name)) worker.resume();
  }

  /**
   * Runs one iteration now, beside the schedule; of a worker with `shards`, one for each shard that this replica leads.
   * @returns how it ended, or the worst of all; an error of the work is in there, not thrown
   * @throws WorkerNotFoundError, NotLeaderError, WorkerBusyError, WorkerNotRunningError, CircuitOpenError
   */
  async trigger(name: string): Promise<IterationOutcome> {
    return this.campaigns.trigger(name).finished;
  }

  /** Closes the circuit breaker of a worker on this replica. @throws WorkerNotFoundError */
  resetCircuitBreaker(name: string): void {
    for (const { worker } of this.campaigns.named(name)) worker.breaker.reset();
  }

  /** Lets no iteration of a worker through on this replica until `resetCircuitBreaker()`. @throws WorkerNotFoundError */
  forceOpenCircuitBreaker(name: string): void {
    for (const { worker } of this.campaigns.named(name)) worker.breaker.forceOpen();
  }

  /**
   * Gives leadership of a key up in order (gate, abort, drain, release) and stays back for one retry interval, so that another replica can
   * take it.
   * @returns whether all work had ended in time. If it did not, or if the store does not answer the release, the lease expires by itself
   * @throws KeyNotFoundError, NotLeaderError
   */
  async stepDown(key: string): Promise<boolean> {
    return this.campaigns.stepDown(key);
  }

  /**
   * Takes nothing new on this replica, and hands over what it leads: between iterations and one key after the other, to replicas that take them. Work
   * that runs for more than 5 s is told to end. With no other replica that takes keys, it keeps what it leads. So it stays until `uncordon()`.
   */
  cordon(): void {
    this.campaigns.cordon();
  }

  /** Lets this replica take its share again. */
  uncordon(): void {
    this.campaigns.uncordon();
  }

  /** Whether this replica is cordoned. */
  get isCordoned(): boolean {
    return this.campaigns.placement.cordoned;
  }

  /**
   * Ends everything in order: gates, aborts, drains, releases, and closes the lease store. Called at the app's shutdown; more calls wait for
   * the same end.
   * @returns whether all work had ended in time
   */
  shutdownAll(): Promise<boolean> {
    return this.campaigns.close();
  }

  /** Ends a shutdown's wait for running work, as if `drainTimeout` were over. @param why for the log, e.g. the name of a signal */
  cutShutdownShort(why = 'Cut short'): void {
    this.campaigns.cutShort(why);
  }
}
