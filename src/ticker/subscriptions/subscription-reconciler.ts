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
  /** The database's clock when the reload began: what was committed before is in it. */
  readonly asOf: Date;
  readonly accounts: number;
  readonly contracts: number;
  /** Deactivated, because no such contract was ever listed. */
  readonly unknown: number;
  /** Deactivated, because they have expired. */
  readonly expired: number;
}

/**
 * Brings what is streamed in line with the database, for as long as this replica leads any shard: each `begin`s and `end`s. All of them share one plan, which
 * is read once for them all. What is kept here can be built again from the database at any time, and a new leader does so.
 */
export class SubscriptionReconciler {
  private readonly queue: ReloadQueue<Reconciliation>;
  private readonly terms = new Set<StreamTerm>();
  /** Counts how often the last term ended: what a reload read before then is nobody's plan any more. */
  private generation = 0;
  private current: StreamPlan = [];
  private newest: Reconciliation | undefined;
  private first: Promise<Reconciliation> | undefined;

  constructor(
    private readonly subscriptions: SubscriptionsRepository,
    private readonly clock: Clock,
    private readonly tasks: TaskMonitor,
    options: ReloadQueueOptions,
  ) {
    this.queue = new ReloadQueue(() => this.reconcile(), options);
  }

  begin(term: StreamTerm): void {
    this.terms.add(term);
  }

  /** With the last term, whoever waits for a reload that has not begun is told that there will be none here. */
  end(term: StreamTerm): void {
    this.terms.delete(term);
    if (this.terms.size > 0) return;
    this.generation++;
    this.current = [];
    this.newest = undefined;
    this.first = undefined;
    this.queue.close(new NotStreamingError());
  }

  get isStreaming(): boolean {
    return this.lasting !== undefined;
  }

  /** The terms that have begun here, in no order. */
  get begun(): readonly StreamTerm[] {
    return [...this.terms];
  }

  /** What a shard streams. */
  planOf({ owns }: StreamTerm): StreamPlan {
    return this.current.filter(({ account }) => owns(account));
  }

  get last(): Reconciliation | undefined {
    return this.newest;
  }

  counts(): ReloadCounts {
    return this.queue.counts();
  }

  /** Waits for the plan, if it has not been read yet. @throws as `reload` does */
  async ready(): Promise<Reconciliation> {
    if (this.newest) return this.newest;
    // Shards that begin together ask for one reload.
    this.first ??= this.reload().finally(() => (this.first = undefined));
    return this.first;
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

  /** A term that may write: any that lasts. */
  private get lasting(): StreamTerm | undefined {
    return this.begun.find(({ signal }) => !signal.aborted);
  }

  private assertStreaming(): StreamTerm {
    const term = this.lasting;
    if (!term) throw new NotStreamingError();
    return term;
  }

  private async reconcile(): Promise<Reconciliation> {
    const { generation } = this;
    const asOf = await this.subscriptions.clock();
    const at = this.clock.now();
    const accounts = await this.subscriptions.accounts();
    const { contracts, unknown, expired } = await this.sort(at);
    for (const [reason, dropped] of [
      ['unknown', unknown],
      ['expired', expired],
    ] as const) {
      if (dropped.length === 0) continue;
      const term = this.assertStreaming();
      await this.subscriptions.deactivate(dropped, reason, at, term);
      term.logger.warn(`Dropped ${dropped.length} ${reason} subscriptions, for example ${dropped[0]}`);
    }
    // Meanwhile all terms may have ended, and others begun here.
    this.assertStreaming();
    if (this.generation !== generation) throw new NotStreamingError();
    this.current = dealOut(contracts, accounts);
    this.newest = {
      ...{ at, asOf, accounts: accounts.length, contracts: contracts.length },
      ...{ unknown: unknown.length, expired: expired.length },
    };
    return this.newest;
  }

  private async sort(at: Date) {
    const contracts: OptionContract[] = [];
    const unknown: string[] = [];
    const expired: string[] = [];
    for await (const page of this.subscriptions.active()) {
      this.assertStreaming();
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
