import { FAULT_NAMES, type FaultName, faultKind } from './faults.js';
import type { SeededRandom } from './seeded-random.js';

/** Whom a fault hits: chosen when it strikes, because who leads then is not known before. */
export type Target = 'leader' | 'standby' | 'everybody';

export interface PlannedFault {
  readonly name: FaultName;
  readonly target: Target;
  /** After the beginning of its step, TTLs. */
  readonly after: number;
  /** TTLs. */
  readonly lasts: number;
  /** 0 to 1. */
  readonly strength: number;
}

/** Faults that strike together, and the calm that follows once the fleet works again. */
export interface Step {
  readonly faults: readonly PlannedFault[];
  /** TTLs. */
  readonly calm: number;
}

/** How often several faults strike together. */
const SEVERAL = 0.3;

/** How far apart faults of one step are, at most, TTLs: later ones strike while the fleet recovers. */
const SPREAD = 1.5;

/** Up to more than two renewals, TTLs: what the leader learns at its next one shows, and faults strike at any phase of them. */
const CALM = { least: 0.1, most: 0.9 } as const;

/** An endless plan, the same for the same random numbers. All kinds come equally often. */
export function* plan(random: SeededRandom, only: readonly FaultName[] = FAULT_NAMES): Generator<Step> {
  let bag: FaultName[] = [];
  const draw = (accept: (name: FaultName) => boolean): FaultName | undefined => {
    if (bag.length === 0) bag = random.shuffled(only);
    const index = bag.findIndex(accept);
    return index < 0 ? undefined : bag.splice(index, 1)[0];
  };
  for (;;) {
    const names = [draw(() => true)!];
    const size = random.next() < SEVERAL ? 2 + random.below(2) : 1;
    while (names.length < size) {
      const spoiled = names.map((name) => faultKind(name).spoils);
      const next = draw((name) => !spoiled.includes(faultKind(name).spoils));
      if (!next) break;
      names.push(next);
    }
    const faults = names.map((name, i) =>
      plannedFault(name, i === 0 ? 0 : random.between(0, SPREAD), random),
    );
    yield { faults, calm: random.between(CALM.least, CALM.most) };
  }
}

function plannedFault(name: FaultName, after: number, random: SeededRandom): PlannedFault {
  const { lasts } = faultKind(name);
  return {
    name,
    target: target(name, random.next()),
    after,
    lasts: random.pick(lasts),
    strength: random.next(),
  };
}

/** The leader is where faults hurt. */
function target(name: FaultName, chance: number): Target {
  if (faultKind(name).spoils === 'Redis') return 'everybody';
  if (chance < 0.65) return 'leader';
  return chance < 0.85 || faultKind(name).spoils === 'process' ? 'standby' : 'everybody';
}
