import type { CronPlan } from '../plan/plan.js';
import { LONGEST_WORK } from '../world/settings.js';
import type { Verdicts } from './verdicts.js';

interface Slot {
  readonly worker: string;
  readonly slot: number;
  starts: number;
  readonly firstStart: number;
  lastStart: number;
  /** Whether one of its runs came to an end of its own: it returned, or it failed. */
  isDone: boolean;
}

/** How early a slot may start by the store's clock, ms: a leader's idea of it is as old as its last renewal. */
const EARLY = 1_000;

/** What slots are judged by. */
interface SlotFacts {
  /** Whether slots of the key may run again: its ledger was forgotten, or is not believed. */
  readonly repeats: (key: string) => boolean;
  /** The store's time, ms since the epoch. */
  readonly now: () => number;
  /** True time, ms. */
  readonly trueTime: () => number;
}

/** Every run of every cron slot, fleet-wide. */
export class SlotWitness {
  readonly #slots = new Map<string, Slot>();

  constructor(
    private readonly facts: SlotFacts,
    private readonly verdicts: Verdicts,
  ) {}

  starts(key: string, worker: string, slot: number, policy: CronPlan['onInterrupted']): void {
    const id = `${worker} ${slot}`;
    const seen = this.#slots.get(id);
    const at = this.facts.trueTime();
    const known = seen ?? { worker, slot, starts: 0, firstStart: at, lastStart: at, isDone: false };
    this.#slots.set(id, known);
    known.starts++;
    known.lastStart = at;
    if (slot - this.facts.now() > EARLY)
      this.verdicts.violated(
        'I11',
        `slot ${toText(slot)} of ${worker} starts ${slot - this.facts.now()} ms before its time by the store's clock`,
      );
    if (known.starts > 1 && policy === 'skip' && !this.facts.repeats(key))
      this.verdicts.violated('I10', `slot ${toText(slot)} of ${worker} starts for the second time`);
  }

  ends(worker: string, slot: number): void {
    const known = this.#slots.get(`${worker} ${slot}`);
    if (known) known.isDone = true;
  }

  /**
   * Slots of this worker that were started and never ran to an end. A worker that catches up with many slots always runs one: what started
   * after the faults counts only when it can be running no more.
   * @param since when the faults were over, in true time
   */
  interrupted(worker: string, since: number): readonly string[] {
    const runsSince = this.facts.trueTime() - LONGEST_WORK;
    return [...this.#slots.values()]
      .filter((slot) => slot.worker === worker && !slot.isDone)
      .filter(({ firstStart, lastStart }) => firstStart <= since || lastStart < runsSince)
      .map(({ slot }) => toText(slot));
  }
}

function toText(slot: number): string {
  return new Date(slot).toISOString().slice(11, 19);
}
