import type { Iteration } from '../../../libs/background-services/src/workers/index.js';
import { tokenText } from '../engine/history.js';
import type { Random } from '../engine/random.js';
import type { CronPlan } from '../plan/plan.js';
import type { Process } from './process.js';
import { LONGEST_WORK } from './settings.js';
import type { Surroundings } from './surroundings.js';

/** How a run of the user's work ended, and whether its signal had aborted by then. */
export type Result = { readonly aborted: boolean } & (
  { readonly how: 'returned' } | { readonly how: 'threw'; readonly error: unknown }
);

/** How often the work is as users' work is at its worst. */
const LASTS_LONG = 0.12;
const IGNORES_SIGNAL = 0.25;
const FAILS = 0.1;
const ASSERTS = 0.4;
/** A write that is held up on its way: where a process is paused between its last check and its act. */
const WRITES_LATE = 0.15;
const LATEST_WRITE = 4_000;

/**
 * The user's side of one worker: work that takes its time, writes to the resource with its token, and obeys its signal or does not, fails or
 * does not, as its random numbers say.
 */
export class Work {
  #result: Result | undefined;
  #running = 0;

  constructor(
    private readonly key: string,
    private readonly name: string,
    private readonly onInterrupted: CronPlan['onInterrupted'] | undefined,
    private readonly replica: Process,
    private readonly world: Surroundings,
    private readonly random: Random,
  ) {}

  /** The result of the last run, which is forgotten by it. */
  takeResult(): Result | undefined {
    const result = this.#result;
    this.#result = undefined;
    return result;
  }

  async run(iteration: Iteration): Promise<void> {
    const { key, name, replica, world } = this;
    const token = iteration.fencingToken;
    const slot = iteration.scheduledAt.getTime();
    world.history.note(replica.name, () => `${name} starts under ${tokenText(token)}`);
    if (this.#running > 0)
      world.verdicts.violated('overlap', `${replica.name}: ${name} starts while it runs`);
    this.#running++;
    world.terms.iterationStarts(replica, key, token, name);
    if (this.onInterrupted) world.slots.starts(key, name, slot, this.onInterrupted);
    world.started(name);
    try {
      await this.#work(iteration, token);
      this.#ended({ how: 'returned', aborted: iteration.signal.aborted });
      world.slots.ends(name, slot);
    } catch (error) {
      this.#ended({ how: 'threw', error, aborted: iteration.signal.aborted });
      if (error instanceof WorkFailure) world.slots.ends(name, slot);
      throw error;
    } finally {
      this.#running--;
      world.terms.iterationEnds(replica, key, token);
    }
  }

  #ended(result: Result): void {
    this.#result = result;
    this.world.history.note(
      this.replica.name,
      () => `${this.name} ${result.how}${result.aborted ? ' (aborted)' : ''}`,
    );
  }

  async #work(iteration: Iteration, token: number): Promise<void> {
    const { random } = this;
    // Where the fleet is well, so is the work.
    const isWell = this.world.plan.changes.length > 0;
    const heedsSignal = random() >= IGNORES_SIGNAL || isWell;
    const asserts = random() < ASSERTS;
    const steps = random() < LASTS_LONG && !isWell ? 5 : 1;
    const longest = steps === 1 ? 100 : LONGEST_WORK / steps;
    for (let step = 0; step < steps; step++) {
      await this.#passes(random() * longest, heedsSignal ? iteration.signal : undefined);
      if (asserts) {
        iteration.assertLeader();
        this.world.terms.asserted(this.replica, this.key, token);
      }
      this.#write(iteration, token);
    }
    if (random() < FAILS && !isWell) throw new WorkFailure(`${this.name} fails`);
  }

  /** The token is read when it is used, as users do. */
  #write({ fencingToken }: Iteration, term: number): void {
    const { key, replica, world } = this;
    const travel = this.random() < WRITES_LATE ? this.random() * LATEST_WRITE : this.random() * 3;
    const write = { key, holder: replica.instanceId, term, token: fencingToken };
    world.scheduler.after(travel, () => world.resource.write(write));
  }

  #passes(delay: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      const timer = this.replica.clock.setTimeout(done, delay);
      const aborted = () => {
        timer.cancel();
        reject(signal?.reason as Error);
      };
      if (signal?.aborted) aborted();
      else signal?.addEventListener('abort', aborted, { once: true });
    });
  }
}

/** What the work throws of its own accord. */
class WorkFailure extends Error {}
