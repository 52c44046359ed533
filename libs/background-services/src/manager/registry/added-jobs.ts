import type { SchedulerRegistry } from '@nestjs/schedule';
import { show } from '../../errors/index.js';
import type { LineLogger } from '../../logs/index.js';
import { currentIteration } from '../../workers/index.js';

/** A class all of whose jobs are meant to run on the leader. */
export interface ElectedClass {
  readonly name: string;
  readonly key: string;
  readonly instance: object;
}

interface Addition {
  readonly method: 'addCronJob' | 'addInterval' | 'addTimeout';
  readonly job: string;
  readonly context: unknown;
  /** The worker in whose iteration it was added. */
  readonly worker: string | undefined;
  readonly stack: string;
}

/** What the schedule of a worker looks like that takes the place of such a job. */
const SCHEDULES = {
  addCronJob: '{ cron: "…" }',
  addInterval: '{ every: … }',
  addTimeout: '{ after: … }',
} as const;

/** Names of jobs may be made up for each; the first so many are told. */
const MOST_TOLD = 20;

/**
 * Warns of jobs that an elected class adds to the registry of @nestjs/schedule itself: those run on every replica, decorated or not.
 *
 * Nobody says who adds a job. It is known for sure inside an iteration, and by a cron job's `context`; otherwise the stack of the call tells,
 * as long as a method of the class is on it.
 */
export class AddedJobs {
  /** Classes are known once all providers are there; what was added before waits until then. */
  #classes: readonly ElectedClass[] | undefined;
  readonly #waiting: Addition[] = [];
  readonly #told = new Set<string>();

  constructor(
    registry: SchedulerRegistry,
    private readonly logger: LineLogger,
  ) {
    const { addCronJob, addInterval, addTimeout } = bound(registry);
    registry.addCronJob = (name, job) => {
      addCronJob(name, job);
      this.#note('addCronJob', name, (job as { readonly context?: unknown }).context);
    };
    registry.addInterval = (name: string, id: unknown) => {
      addInterval(name, id);
      this.#note('addInterval', name);
    };
    registry.addTimeout = (name: string, id: unknown) => {
      addTimeout(name, id);
      this.#note('addTimeout', name);
    };
  }

  /** From now on each addition is judged at once. */
  judge(classes: readonly ElectedClass[]): void {
    this.#classes = classes;
    for (const addition of this.#waiting.splice(0)) this.#judge(addition, classes);
  }

  #note(method: Addition['method'], job: string, context?: unknown): void {
    const stack = new Error().stack ?? '';
    const addition = { method, job, context, worker: currentIteration()?.worker, stack };
    if (this.#classes) this.#judge(addition, this.#classes);
    else this.#waiting.push(addition);
  }

  #judge({ method, job, context, worker, stack }: Addition, classes: readonly ElectedClass[]): void {
    const call = `SchedulerRegistry.${method}(${show(job)})`;
    const instead = (key: string) =>
      `use BackgroundServiceManager.register({ name: ${show(job)}, key: ${key}, schedule: ${SCHEDULES[method]}, run })`;
    if (worker !== undefined) {
      this.#tell(
        call,
        `${call} was called in an iteration of ${show(worker)}: @nestjs/schedule runs that job on this replica, even when another one leads. ` +
          `To run it on the leader, ${instead('"…"')}`,
      );
      return;
    }
    const adder = classes.find(({ name, instance }) => context === instance || isOn(stack, name));
    if (!adder) return;
    this.#tell(
      call,
      `${call} was called by ${adder.name}, which is elected under ${show(adder.key)}: @nestjs/schedule runs that job on every replica. ` +
        `To run it on the leader only, ${instead(show(adder.key))}`,
    );
  }

  #tell(call: string, line: string): void {
    if (this.#told.has(call) || this.#told.size === MOST_TOLD) return;
    this.#told.add(call);
    this.logger.warn(line);
  }
}

type Adders = Pick<SchedulerRegistry, 'addCronJob' | 'addInterval' | 'addTimeout'>;

/** The methods of the registry as they are now. */
export function bound(registry: SchedulerRegistry): Adders {
  return {
    addCronJob: registry.addCronJob.bind(registry),
    addInterval: registry.addInterval.bind(registry),
    addTimeout: registry.addTimeout.bind(registry),
  };
}

/** Whether a method or the constructor of a class is on a stack: `at Prices.add (…)`, `at async Prices.add (…)`, `at new Prices (…)`. */
function isOn(stack: string, className: string): boolean {
  return stack.split('\n').some((line) => /^\s*at (?:async |new )*([^\s.]+)/.exec(line)?.[1] === className);
}
