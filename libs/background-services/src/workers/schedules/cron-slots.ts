import { Cron } from 'croner';
import { toCronerPattern } from './cron-dialect.js';

export interface CronZone {
  readonly timeZone?: string | undefined;
  /** Minutes. */
  readonly utcOffset?: number | undefined;
}

/** Slots that are listed at once at the most; of more, the latest are kept. */
const MAX_LISTED = 1_000;

/**
 * The instants a cron pattern means. Patterns of five and six fields, and a Date for a single slot.
 *
 * A wall time that a zone's clock change skips or repeats yields one slot (`fixedTimeRule: 'no-wildcard'`), so a daily job runs once a day,
 * every day.
 */
export class CronSlots {
  readonly #cron: Cron | undefined;
  readonly #date: number | undefined;

  /** @throws if the pattern or the zone is not understood, or if the pattern means no instant at all. */
  constructor(pattern: string | Date, { timeZone, utcOffset }: CronZone) {
    if (pattern instanceof Date) {
      if (Number.isNaN(pattern.getTime())) throw new TypeError('the Date is invalid');
      this.#date = pattern.getTime();
      return;
    }
    this.#cron = new Cron(toCronerPattern(pattern), {
      paused: true,
      mode: '5-or-6-parts',
      // `5/15`, as the `cron` package reads it: from 5 on, every 15.
      sloppyRanges: true,
      fixedTimeRule: 'no-wildcard',
      ...(timeZone === undefined ? {} : { timezone: timeZone }),
      ...(utcOffset === undefined ? {} : { utcOffset }),
    });
    // The zone is not looked at before it is needed: ask now, so that a wrong one fails at boot.
    if (this.#cron.nextRun() === null) throw new RangeError('no date matches it, ever');
  }

  /** The first slot after this instant, ms since the epoch; undefined if there is none any more. */
  next(after: number): number | undefined {
    if (this.#date !== undefined) return this.#date > after ? this.#date : undefined;
    return this.#cron?.nextRun(new Date(after))?.getTime();
  }

  /** The slots in (after, until], in order; of more than 1,000 the latest. */
  within(after: number, until: number): readonly number[] {
    const slots: number[] = [];
    for (let slot = this.next(after); slot !== undefined && slot <= until; slot = this.next(slot)) {
      slots.push(slot);
      if (slots.length > MAX_LISTED) return this.#latest(after, until);
    }
    return slots;
  }

  #latest(after: number, until: number): readonly number[] {
    const runs = this.#cron?.previousRuns(MAX_LISTED, new Date(until + 1)) ?? [];
    return runs
      .map((run) => run.getTime())
      .filter((slot) => slot > after && slot <= until)
      .sort((a, b) => a - b);
  }
}
