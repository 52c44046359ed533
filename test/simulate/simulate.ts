import { Logger } from '@nestjs/common';
import { LivenessWitness } from './invariants/liveness.js';
import type { Violation } from './invariants/verdicts.js';
import type { Plan } from './plan/plan.js';
import { Course } from './world/course.js';
import { befall, endOfFaults, heal } from './world/faults.js';
import { World } from './world/world.js';

export interface Outcome {
  readonly violation: Violation | undefined;
  /** What happened, one event a line, if it was to be kept. */
  readonly history: readonly string[];
  /** Milliseconds of true time. */
  readonly lasted: number;
  readonly unfencedStale: number;
}

/** Of the history that runs now: there is one at a time. */
let current: World | undefined;

/** Log lines that speak of an error where the library promises none, unless the simulation has thrown it. */
const INTERNAL_ERROR =
  /^(Beginning|Draining|Saving) the work of |^Preparing or concluding an iteration failed/;
const PLANNED = 'The duties throw';

// The library's log lines are part of the history.
const note = (message: unknown) => current?.history.note('log', () => String(message));
Logger.overrideLogger({
  log: note,
  warn: note,
  error: (message: unknown) => {
    note(message);
    const text = String(message);
    if (INTERNAL_ERROR.test(text) && !text.includes(PLANNED)) current?.verdicts.violated('I7', text);
  },
});

process.on('unhandledRejection', (error) => escaped('a promise that nobody awaits rejects with', error));

/** Plays one plan from its beginning until all is well after its last fault, or until an invariant is violated. */
export async function simulate(plan: Plan, mode: 'silent' | 'kept' = 'silent'): Promise<Outcome> {
  // Most errors here are planned, and nobody reads where they come from: looking for that costs more than the errors do.
  Error.stackTraceLimit = mode === 'kept' ? 10 : 0;
  const world = new World(plan, endOfFaults(plan), mode);
  const { scheduler } = world;
  current = world;
  const first = world.hosts.slice(0, Math.max(1, world.hosts.length - plan.spare));
  for (const host of first) scheduler.at(host.machine.plan.bootAt, () => world.boot(host));
  if (plan.changes.length > 0) new Course(world).begin();
  else befallAll(world);
  await scheduler.run(
    () => world.terms.afterStep(),
    (error) => escaped('a callback throws', error),
  );
  // Node looks for unhandled rejections when it has nothing else to do.
  await new Promise((resolve) => void setImmediate(resolve));
  return {
    violation: world.verdicts.violation,
    history: world.history.lines,
    lasted: scheduler.now,
    unfencedStale: world.resource.unfencedStale,
  };
}

function befallAll(world: World): void {
  const { plan, scheduler } = world;
  for (const fault of plan.faults) scheduler.at(fault.at, () => befall(world, fault));
  scheduler.at(world.faultsEndAt, () => {
    heal(world);
    new LivenessWitness(world).watch();
  });
}

function escaped(how: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  current?.verdicts.violated('I7', `${how} ${text}`);
}
