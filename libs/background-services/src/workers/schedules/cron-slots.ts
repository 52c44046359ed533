import { Cron } from 'croner';
import { clockChangeRules, toCronerPattern } from './cron-dialect.js';
import { readCronPattern } from './cron-grammar.js';
import { type CronZone, resolveZone } from './cron-zone.js';

export type { CronZone } from './cron-zone.js';

/** Slots that are listed at once at the most; of more, the latest are kept. */
const MAX_LISTED = 1_000;

/**
 * The instants a cron pattern means: those of the `cron` package, by which @nestjs/schedule runs it, except at clock changes. Or a Date for
 * a single slot.
 *
 * A wall time that a zone's clock change skips or repeats yields one slot, so a daily job runs once a day, every day.
 */
export class CronSlots {
  /** One for each rule of clock changes; a slot of either is one. */
  readonly #crons: readonly Cron[] = [];
  /** Of a fixed offset: the pattern is read in UTC, this many ms away from the slot. */
  readonly #shift: number = 0;
  readonly #date: number | undefined;

  /** @throws if the pattern or the zone is not understood, or if the pattern means no instant at all. */
  constructor(pattern: string | Date, zone: CronZone) {
    if (pattern instanceof Date) {
      if (Number.isNaN(pattern.getTime())) throw new TypeError('the Date is invalid');
      this.#date = pattern.getTime();
      return;
    }
    const fields = readCronPattern(pattern);
    const resolved = resolveZone(zone);
    const isFixed = 'offset' in resolved;
    if (isFixed) this.#shift = resolved.offset * 60_000;
    this.#crons = clockChangeRules(fields).map(
      (rule) =>
        new Cron(toCronerPattern(fields, rule), {
          paused: true,
          fixedTimeRule: 'no-wildcard',
          ...(isFixed ? { utcOffset: 0 } : resolved.name === undefined ? {} : { timezone: resolved.name }),
        }),
    );
    // The zone is not looked at before it is needed: ask now, so that a wrong one fails at boot.
    if (this.#crons.every((cron) => cron.nextRun() === null))
      throw new RangeError('no date matches it, ever');
  }

  /** The first slot after this instant, ms since the epoch; undefined if there is none any more. */
  next(after: number): number | undefined {
    if (this.#date !== undefined) return this.#date > after ? this.#date : undefined;
    let first: number | undefined;
    for (const cron of this.#crons) {
      const run = cron.nextRun(new Date(after + this.#shift));
      if (run && !(first !== undefined && first <= run.getTime())) first = run.getTime();
    }
    return first === undefined ? undefined : first - this.#shift;
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
    const end = new Date(until + 1 + this.#shift);
    const runs = this.#crons.flatMap((cron) => cron.previousRuns(MAX_LISTED, end));
    const slots = new Set(runs.map((run) => run.getTime() - this.#shift));
    return [...slots]
      .filter((slot) => slot > after && slot <= until)
      .sort((a, b) => a - b)
      .slice(-MAX_LISTED);
  }
}
