import type { Clock } from 'nestjs-background-services/store';
import { NotStreamingError, ReloadPendingError } from '../subscriptions/reload.errors.js';
import { ReloadQueue } from '../subscriptions/reload-queue.js';
import {
  type Reconciliation,
  type SubscriptionReconciler,
} from '../subscriptions/subscription-reconciler.js';
import { type Replica, type Told } from './replica-report.js';
import { type ReplicaReporter } from './replica-reporter.js';
import { type ReplicasRepository } from './replicas.repository.js';

/** How long a caller waits for the other replicas, ms. */
const PATIENCE = 10_000;
/** From one look at what they tell to the next, ms: one for all callers. */
const LOOK_EVERY = 100;

/** The replicas of the ticker, asked of any of them: what they stream, and that they reload. */
export class TickerFleet {
  private readonly looks: ReloadQueue<readonly Replica[]>;

  constructor(
    private readonly replicas: ReplicasRepository,
    private readonly reconciler: SubscriptionReconciler,
    private readonly reporter: ReplicaReporter,
    private readonly clock: Clock,
  ) {
    const options = { interval: LOOK_EVERY, capacity: Infinity, clock };
    this.looks = new ReloadQueue(() => replicas.present(), options);
  }

  /** What the others have told within the last seconds, and this replica as it is now; in the order of their ids. */
  async look(): Promise<readonly Replica[]> {
    const told = await this.looks.request();
    const own = this.reporter.own();
    const others = told.filter(({ replica }) => replica !== own.replica);
    return [...others, own].sort((a, b) => (a.replica < b.replica ? -1 : 1));
  }

  /**
   * Reloads on all replicas that stream, and waits for them: what was committed before the call is streamed after it.
   * @throws NotStreamingError if none does, ReloadQueueFullError, ReloadPendingError if one is slow, or what the database throws
   */
  async reload(): Promise<Told<Reconciliation>> {
    const asked = await this.replicas.askForReload();
    if (this.reconciler.isStreaming) await this.reconciler.reload();
    const end = this.clock.monotonic() + PATIENCE;
    for (;;) {
      const streaming = (await this.look()).filter(isStreaming);
      const late = streaming.filter(({ report }) => !isAfter(report.reconciled, asked));
      const [newest] = newestFirst(streaming);
      if (!newest) throw new NotStreamingError();
      if (late.length === 0) return newest;
      if (this.clock.monotonic() >= end)
        throw new ReloadPendingError(
          late.map(({ replica }) => replica),
          PATIENCE,
        );
    }
  }

  /** Asks all replicas to reload, and does not wait. @returns those that stream */
  async reloadSoon(): Promise<readonly string[]> {
    await this.replicas.askForReload();
    if (this.reconciler.isStreaming) this.reconciler.reloadSoon();
    return (await this.look()).filter(isStreaming).map(({ replica }) => replica);
  }
}

/** The reloads that replicas know of. */
export function newestFirst(replicas: readonly Replica[]): Told<Reconciliation>[] {
  return replicas
    .flatMap(({ report }) => report.reconciled ?? [])
    .sort((a, b) => Date.parse(b.asOf) - Date.parse(a.asOf));
}

function isStreaming({ report }: Replica): boolean {
  return report.shards.length > 0;
}

function isAfter(reconciled: Told<Reconciliation> | null, asked: Date): boolean {
  return reconciled !== null && Date.parse(reconciled.asOf) > asked.getTime();
}
