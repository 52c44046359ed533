import { type OptionContract, isExpired, parseContract } from '../options/option-contract.js';
import { type Clock } from '../../market/clock.js';
import { type TaskMonitor } from '../tasks/task-monitor.js';
import { type StreamTerm } from '../term.js';
import { breathe } from '../wait.js';
import { NotStreamingError } from './reload.errors.js';
import { type ReloadCounts, ReloadQueue, type ReloadQueueOptions } from './reload-queue.js';
import { dealOut, type StreamPlan } from './stream-plan.js';
import { type SubscriptionsRepository } from './subscriptions.repository.js';

/** What a reload found. */
export interface Reconciliation {
  readonly at: Date;
  readonly accounts: number;
  readonly contracts: number;
  /** Deactivated, because no such contract was ever listed. */
  readonly unknown: number;
  /** Deactivated, because they have expired. */
  readonly expired: number;
}

/**
 * Brings what is streamed in line with the database, for as long as this replica leads: from `begin` to `end`. What it keeps can be built again
 * from the database at any time, and a new leader does so.
 */
export class SubscriptionReconciler {
  private readonly queue: ReloadQueue<Reconciliation>;
  private term: StreamTerm | undefined;
  private current: StreamPlan = [];
  private newest: Reconciliation | undefined;

  constructor(
    private readonly subscriptions: SubscriptionsRepository,
    private readonly clock: Clock,
    private readonly tasks: TaskMonitor,
    options: ReloadQueueOptions,
  ) {
    this.queue = new ReloadQueue(() => this.reconcile(), options);
  }

  begin(term: StreamTerm): void {
    this.term = term;
  }

  /** Whoever waits for a reload that has not begun is told that there will be none here. */
  end(): void {
    this.term = undefined;
    this.current = [];
    this.newest = undefined;
    this.queue.close(new NotStreamingError());
  }

  get isStreaming(): boolean {
    return this.term !== undefined && !this.term.signal.aborted;
  }

  get plan(): StreamPlan {
    return this.current;
  }

  get last(): Reconciliation | undefined {
    return this.newest;
  }

  counts(): ReloadCounts {
    return this.queue.counts();
  }

  /**
   * Reloads, and waits for it: what was committed before the call is in the plan after it.
   * @throws NotStreamingError, ReloadQueueFullError, StaleTokenError, or what the database throws
   */
  async reload(): Promise<Reconciliation> {
    this.assertStreaming();
    return this.queue.request();
  }

  /** Asks for a reload, and does not wait for it. If it fails, the task monitor knows. @throws NotStreamingError */
  reloadSoon(): void {
    this.assertStreaming();
    const nudge = this.queue.nudge();
    if (!nudge.joined) void this.tasks.watch('reload', () => nudge.result.catch(unlessOver));
  }

  private assertStreaming(): void {
    if (!this.isStreaming) throw new NotStreamingError();
  }

  private async reconcile(): Promise<Reconciliation> {
    const { term } = this;
    if (!term) throw new NotStreamingError();
    const at = this.clock.now();
    const accounts = await this.subscriptions.accounts();
    const { contracts, unknown, expired } = await this.sort(at, term);
    if (unknown.length > 0) await this.subscriptions.deactivate(unknown, 'unknown', at, term);
    if (expired.length > 0) await this.subscriptions.deactivate(expired, 'expired', at, term);
    // Meanwhile the term may have ended, and another one begun here.
    term.signal.throwIfAborted();
    if (this.term !== term) throw new NotStreamingError();
    this.current = dealOut(contracts, accounts);
    this.newest = {
      at,
      accounts: accounts.length,
      contracts: contracts.length,
      unknown: unknown.length,
      expired: expired.length,
    };
    for (const [reason, dropped] of Object.entries({ unknown, expired })) {
      if (dropped.length === 0) continue;
      term.logger.warn(`Dropped ${dropped.length} ${reason} subscriptions, for example ${dropped[0]}`);
    }
    return this.newest;
  }

  private async sort(at: Date, term: StreamTerm) {
    const contracts: OptionContract[] = [];
    const unknown: string[] = [];
    const expired: string[] = [];
    for await (const page of this.subscriptions.active()) {
      term.signal.throwIfAborted();
      for (const instrument of page) {
        const contract = parseContract(instrument);
        if (!contract) unknown.push(instrument);
        else if (isExpired(contract, Number(at))) expired.push(instrument);
        else contracts.push(contract);
      }
      await breathe();
    }
    return { contracts, unknown, expired };
  }
}

/** A reload that the end of the term overtook is no failure: the next leader begins with one. */
function unlessOver(error: unknown): void {
  if (!(error instanceof NotStreamingError)) throw error;
}
