import type { CronPlan } from '../plan/plan.js';
import type { Verdicts } from './verdicts.js';

interface Slot {
  readonly worker: string;
  readonly slot: number;
  starts: number;
  /** Whether one of its runs came to an end of its own: it returned, or it failed. */
  isDone: boolean;
}

/** Every run of every cron slot, fleet-wide. A key whose ledger was forgotten promises nothing about its slots. */
export class SlotWitness {
  readonly #slots = new Map<string, Slot>();

  constructor(
    private readonly isForgetful: (key: string) => boolean,
    private readonly verdicts: Verdicts,
  ) {}

  starts(key: string, worker: string, slot: number, policy: CronPlan['onInterrupted']): void {
    const id = `${worker} ${slot}`;
    const seen = this.#slots.get(id);
    const known = seen ?? { worker, slot, starts: 0, isDone: false };
    this.#slots.set(id, known);
    known.starts++;
    if (known.starts > 1 && policy === 'skip' && !this.isForgetful(key))
      this.verdicts.violated('I10', `slot ${toText(slot)} of ${worker} starts for the second time`);
  }

  ends(worker: string, slot: number): void {
    const known = this.#slots.get(`${worker} ${slot}`);
    if (known) known.isDone = true;
  }

  /** Slots of this worker that were started and never ran to an end. */
  interrupted(worker: string): readonly string[] {
    return [...this.#slots.values()]
      .filter((slot) => slot.worker === worker && !slot.isDone)
      .map(({ slot }) => toText(slot));
  }
}

function toText(slot: number): string {
  return new Date(slot).toISOString().slice(11, 19);
}
