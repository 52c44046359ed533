import {
  Worker,
  type WorkerContext,
  type WorkerDefinition,
} from '../../../libs/background-services/src/workers/index.js';
import type { Surroundings } from './surroundings.js';
import type { Work } from './work.js';

type Attempt = ReturnType<Worker['attempt']>;
type Outcome = Awaited<Extract<Attempt, { finished: unknown }>['finished']>;

/** A worker whose outcomes are held against what its work did. */
export class ObservedWorker extends Worker {
  constructor(
    definition: Omit<WorkerDefinition, 'run'>,
    context: WorkerContext,
    private readonly work: Work,
    private readonly world: Surroundings,
  ) {
    super({ ...definition, run: (iteration) => work.run(iteration) }, context);
  }

  override attempt(...args: Parameters<Worker['attempt']>): Attempt {
    const attempt = super.attempt(...args);
    if ('finished' in attempt) {
      attempt.finished.then(
        (outcome) => this.#compare(outcome),
        (error: unknown) => this.#masked(`the attempt rejects with ${String(error)}`),
      );
    }
    return attempt;
  }

  #compare(outcome: Outcome): void {
    const result = this.work.takeResult();
    const told = outcome.outcome;
    if (!result) {
      if (told !== 'not-started') this.#masked(`${told}, but it did not run`);
    } else if (result.how === 'returned') {
      if (told !== 'succeeded') this.#masked(`${told}, but it returned`);
    } else if (told === 'failed') {
      if (result.aborted) this.#masked('failed, but it was aborted');
      if (outcome.error !== result.error)
        this.#masked(`failed with ${String(outcome.error)}, but it threw ${String(result.error)}`);
    } else if (told !== 'aborted') this.#masked(`${told}, but it threw ${String(result.error)}`);
    else if (!result.aborted && this.isLeading)
      this.#masked(`aborted, but it threw ${String(result.error)} while leading`);
  }

  #masked(what: string): void {
    this.world.verdicts.violated('I8', `${this.name}: ${what}`);
  }
}
