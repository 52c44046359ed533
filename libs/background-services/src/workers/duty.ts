import { abortController } from '../kit/index.js';
import type { Term } from '../leadership/index.js';
import { circuitField, decodeCircuitSnapshot } from './circuit-snapshot.js';
import { RecordKeeper } from './record-keeper.js';
import { ContinuousSchedule } from './schedules/continuous-schedule.js';
import { CronSchedule } from './schedules/cron-schedule.js';
import { IntervalSchedule } from './schedules/interval-schedule.js';
import { TimeoutSchedule } from './schedules/timeout-schedule.js';
import type { Schedule, ScheduledWorker } from './schedules/schedule.js';
import type { TermLedger } from './term-ledger.js';
import type { WorkerMode } from './worker-outline.js';
import { decodeWorkerRecord, encodeWorkerRecord, pauseField, recordField } from './worker-record.js';

/**
 * A worker's part in one term: its schedule, and what it leaves to its successor in the ledger (its record and its breaker). A worker that is
 * stopped and started again while the term goes on has another part in it, which continues the record of the former one.
 */
export class Duty {
  /** Made when somebody asks for the signal: most work never does. */
  #abort: AbortController | undefined;
  #ended: { readonly reason: unknown } | undefined;
  readonly #schedule: Schedule;
  readonly #record: RecordKeeper;
  readonly #pauseField: string;
  readonly #recordField: string;
  /** Of what state the ledger tells. */
  #toldVersion = -1;
  #toldNextRun: number | undefined;

  constructor(
    private readonly worker: ScheduledWorker,
    readonly ledger: TermLedger,
    former?: Duty,
  ) {
    const { definition, statistics } = worker;
    this.#pauseField = pauseField(definition.name);
    this.#recordField = recordField(definition.name);
    this.#schedule = createSchedule(worker, ledger);
    this.#record =
      former?.ledger === ledger
        ? former.#record
        : new RecordKeeper(decodeWorkerRecord(ledger.take(this.#recordField)), statistics);
  }

  get term(): Term {
    return this.ledger.term;
  }

  /** Aborts with the term, or earlier if the worker is stopped. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = abortController();
      if (this.#ended) this.#abort.abort(this.#ended.reason);
    }
    return this.#abort.signal;
  }

  /** Why the signal is aborted, or would be, if anybody had asked for it. */
  get ended(): { readonly reason: unknown } | undefined {
    return this.#ended;
  }

  /** Whether an order to the whole fleet keeps the worker from running; only the leader knows. */
  get hasPauseFlag(): boolean {
    return Boolean(this.ledger.get(this.#pauseField));
  }

  /** When the next iteration is due, on this machine's wall clock. */
  get nextRunAt(): Date | undefined {
    return this.#schedule.nextRunAt;
  }

  /** The breaker goes on where the last leader's was. */
  restoreBreaker(): void {
    const { breaker, definition } = this.worker;
    const snapshot = decodeCircuitSnapshot(this.ledger.get(circuitField(definition.name)));
    if (snapshot) breaker.restore(snapshot, this.term.storeNow());
    else breaker.forget();
  }

  begin(): void {
    this.#schedule.start();
  }

  /** No tick comes any more, and the running iteration is told. */
  end(reason: unknown): void {
    this.#schedule.stop();
    this.#ended ??= { reason };
    this.#abort?.abort(this.#ended.reason);
  }

  /** Puts what has changed into the ledger, which is about to be sent. */
  contribute(mode: WorkerMode): void {
    this.#schedule.contribute();
    this.#contributeRecord(mode);
    this.#contributeBreaker();
  }

  /**
   * Only what has changed: the store's time is known a little better with every renewal, and wall clocks count whole milliseconds; neither is
   * news.
   */
  #contributeRecord(mode: WorkerMode): void {
    const { statistics, context } = this.worker;
    const { version } = statistics;
    const now = this.term.storeNow();
    const nextRun = mode === 'started' ? this.#nextInStoreTime(now - context.clock.wall()) : undefined;
    if (this.#toldVersion === version && isSameTime(this.#toldNextRun, nextRun)) return;
    this.#toldVersion = version;
    this.#toldNextRun = nextRun;
    const record = this.#record.view(nextRun, now - context.clock.monotonic());
    this.ledger.report(this.#recordField, encodeWorkerRecord(record));
  }

  /** @param ahead of this machine's wall clock the store's is, ms */
  #nextInStoreTime(ahead: number): number | undefined {
    const { nextSlot, nextRunAt } = this.#schedule;
    return nextSlot ?? (nextRunAt && Math.round(nextRunAt.getTime() + ahead));
  }

  #contributeBreaker(): void {
    const { breaker, definition } = this.worker;
    const field = circuitField(definition.name);
    if (breaker.isAtRest && this.ledger.get(field) === undefined) return;
    this.ledger.put(field, JSON.stringify(breaker.snapshot(this.term.storeNow())));
  }
}

/** Less is no news of when a worker runs next, ms. */
const SAME_TIME = 100;

function isSameTime(a: number | undefined, b: number | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Math.abs(a - b) < SAME_TIME);
}

/** The schedule that a definition asks for, for one term. */
function createSchedule(worker: ScheduledWorker, ledger: TermLedger): Schedule {
  const { schedule, options } = worker.definition;
  switch (schedule.kind) {
    case 'interval':
      return new IntervalSchedule(schedule.every, options.immediate ?? false, worker, ledger);
    case 'cron':
      return new CronSchedule(schedule, worker, ledger);
    case 'timeout':
      return new TimeoutSchedule(schedule.delay, worker);
    case 'continuous':
      return new ContinuousSchedule(schedule.minBackoff, schedule.maxBackoff, worker);
  }
}
