import { cut } from '../errors/index.js';
import { Statistics } from './statistics.js';
import { NO_COUNTS, type WorkerCounts } from './worker-counts.js';
import { NO_RECORD, RECORDED_ERRORS, RECORDED_MESSAGE_LENGTH, type WorkerRecord } from './worker-record.js';

const NOTHING_YET = new Statistics().latest();

/** What one term adds to what there was before it: counts go on, and what this term has not done yet is told as the predecessor left it. */
export class RecordKeeper {
  readonly #before: WorkerRecord;
  readonly #mark: WorkerCounts;
  readonly #last: ReturnType<Statistics['latest']>;

  constructor(
    record: WorkerRecord | undefined,
    private readonly statistics: Statistics,
  ) {
    this.#before = record ?? NO_RECORD;
    // Most workers have done nothing before their first term: those share what they have done.
    this.#mark = statistics.version === 0 ? NO_COUNTS : { ...statistics.counts };
    this.#last = statistics.version === 0 ? NOTHING_YET : statistics.latest();
  }

  /**
   * The record as of now.
   * @param nextRunAt of the store's clock, ms since the epoch
   * @param ahead of this replica's monotonic clock the store's is, ms
   */
  view(nextRunAt: number | undefined, ahead: number): WorkerRecord {
    const before = this.#before;
    const last = this.#last;
    const latest = this.statistics.latest();
    const { iterations, succeeded, errors, aborted, skipped, missed } = this.#total();
    // Wall clocks differ from each other, and step; what replicas tell each other is in the store's.
    const inStoreTime = (monotonic: number) => Math.round(monotonic + ahead);
    const fresh = latest.errors.flatMap((error, i) =>
      last.errors.includes(error) ? [] : [{ ...error, at: inStoreTime(latest.failedAt[i]!) }],
    );
    const lastError = fresh.at(-1);
    const hasFinished = succeeded + errors > before.succeeded + before.errors;
    // Member by member: a thousand of these are made with every renewal, and spreading one object in another costs more than all the rest.
    return {
      iterations,
      succeeded,
      errors,
      aborted,
      skipped,
      missed,
      lastStartAt: isNews(latest.startedAt, last.startedAt)
        ? inStoreTime(latest.startedAt)
        : before.lastStartAt,
      lastSuccessAt: isNews(latest.succeededAt, last.succeededAt)
        ? inStoreTime(latest.succeededAt)
        : before.lastSuccessAt,
      lastErrorAt: lastError?.at ?? before.lastErrorAt,
      nextRunAt: nextRunAt ?? null,
      lastDuration: hasFinished ? latest.duration : before.lastDuration,
      meanDuration: hasFinished ? latest.meanDuration : before.meanDuration,
      maxDuration: Math.max(latest.maxDuration, before.maxDuration),
      recentErrors:
        fresh.length === 0
          ? before.recentErrors
          : [
              ...before.recentErrors,
              ...fresh.map(({ at, type, message }) => ({
                at,
                type,
                message: cut(message, RECORDED_MESSAGE_LENGTH),
              })),
            ].slice(-RECORDED_ERRORS),
    };
  }

  #total(): WorkerCounts {
    const now = this.statistics.counts;
    const before = this.#before;
    const mark = this.#mark;
    return {
      iterations: before.iterations + now.iterations - mark.iterations,
      succeeded: before.succeeded + now.succeeded - mark.succeeded,
      errors: before.errors + now.errors - mark.errors,
      aborted: before.aborted + now.aborted - mark.aborted,
      skipped: before.skipped + now.skipped - mark.skipped,
      missed: before.missed + now.missed - mark.missed,
    };
  }
}

/** Whether something happened since: times are NaN until it does. */
function isNews(time: number, before: number): boolean {
  return !Number.isNaN(time) && time !== before;
}
