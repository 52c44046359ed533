import type { LeaseTiming } from 'nestjs-background-services';
import { type ChaosEvent, named, REGISTERS } from './events.js';
import { checkFence, checkRegister, type RegisterFindings } from './checks/registers.js';
import { checkRecovery, type Recovery } from './checks/recovery.js';
import { checkTerms, type Overlap } from './checks/terms.js';
import { readTerms } from './checks/term-history.js';
import { type Violation, violation } from './checks/violation.js';

/** What the event log of one fleet says. */
export interface Findings {
  readonly faults: number;
  readonly iterations: number;
  readonly terms: number;
  readonly violations: readonly Violation[];
  readonly registers: readonly RegisterFindings[];
  readonly recoveries: readonly Recovery[];
  /** Times when two replicas led because Redis had forgotten the older one's lease, which is allowed. */
  readonly overlaps: readonly Overlap[];
}

/** Judges a run by its event log alone. */
export function check(events: readonly ChaosEvent[], timing: LeaseTiming): Findings {
  const sorted = [...events].sort((a, b) => a.at - b.at);
  const terms = readTerms(sorted, timing);
  const { violations, overlaps } = checkTerms(terms, sorted);
  const registers = REGISTERS.map((register) => checkRegister(sorted, register));
  const { recoveries, stuck } = checkRecovery(sorted);
  const fences = registers.filter(({ register }) => register === 'fenced');
  const end = sorted.at(-1)?.at ?? 0;
  return {
    faults: named(sorted, 'fault').length,
    iterations: named(sorted, 'start').length,
    terms: terms.length,
    violations: [
      ...violations,
      ...stuck,
      ...fences.flatMap((fence) => checkFence(fence, end)),
      ...unexpectedEnds(sorted),
    ],
    registers,
    recoveries,
    overlaps,
  };
}

/** Replicas that ended by themselves, or did not when they were asked to; iterations that failed although the database was well. */
function unexpectedEnds(events: readonly ChaosEvent[]): Violation[] {
  const exits = named(events, 'exit').flatMap(({ at, process, how, asked }) => {
    if (asked === 'no') return [violation('a replica ended by itself', at, `${process} ended with ${how}`)];
    // Once it has drained, Nest sends itself the signal again.
    if (asked === 'stop' && how !== 'SIGTERM')
      return [violation('a replica did not stop in order', at, `${process} ended with ${how}`)];
    return [];
  });
  const failures = named(events, 'failed').map(({ at, process, error }) =>
    violation('an iteration failed', at, `${process}: ${error}`),
  );
  return [...exits, ...failures];
}
