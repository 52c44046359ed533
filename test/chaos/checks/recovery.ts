import { type ChaosEvent, grouped, type Named, named } from '../events.js';
import { type Violation, violation } from './violation.js';

/** How the fleet came through one step. */
export interface Recovery {
  /** The kind of its fault, or `several at once`. */
  readonly kind: string;
  /** From the end of the last fault to the end of the first iteration that began after it and was accepted, ms. */
  readonly recovery: number;
  /** The longest time without an accepted iteration from the first fault to the next step, ms. */
  readonly silence: number;
}

export const SEVERAL = 'several at once';

/** Recovery of every step; `stuck` are those after which nobody worked until the next one, or until the end. */
export function checkRecovery(events: readonly ChaosEvent[]): {
  readonly recoveries: Recovery[];
  readonly stuck: Violation[];
} {
  const healed = new Map(named(events, 'healed').map(({ fault, at }) => [fault, at]));
  const steps = [...grouped(named(events, 'fault'), ({ step }) => step).values()];
  const successes = successesOf(events);
  const recoveries: Recovery[] = [];
  const stuck: Violation[] = [];
  steps.forEach((faults, i) => {
    const [first] = faults;
    const over = Math.max(...faults.map(({ fault }) => healed.get(fault) ?? Infinity));
    const next = steps[i + 1]?.[0]!.at ?? Infinity;
    const success = successes.find(({ begun }) => begun > over);
    if (!success || success.ended > next) {
      stuck.push(violation('leadership did not come back', over, `after ${labels(faults)}`));
      return;
    }
    recoveries.push({
      kind: faults.length > 1 ? SEVERAL : first.kind,
      recovery: success.ended - over,
      silence: longestSilence(successes, first.at, next),
    });
  });
  return { recoveries, stuck };
}

interface Success {
  readonly begun: number;
  readonly ended: number;
}

function successesOf(events: readonly ChaosEvent[]): Success[] {
  const begun = new Map(named(events, 'start').map(({ id, at }) => [id, at]));
  return named(events, 'wrote')
    .filter(({ answers }) => answers.fenced === 'accepted')
    .map(({ id, at }) => ({ begun: begun.get(id) ?? at, ended: at }));
}

function longestSilence(successes: readonly Success[], from: number, to: number): number {
  const before = successes.findLast(({ ended }) => ended <= from)?.ended ?? from;
  const ends = successes.flatMap(({ ended }) => (ended > from && ended <= to ? [ended] : []));
  return Math.max(...ends.map((ended, i) => ended - (ends[i - 1] ?? before)));
}

function labels(faults: readonly Named<'fault'>[]): string {
  return faults.map(({ kind, processes }) => [kind, ...processes].join(' ')).join(' + ');
}
