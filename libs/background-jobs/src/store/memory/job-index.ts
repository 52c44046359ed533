import { isFinal, type Job, JOB_STATES, type JobState } from '../../model/index.js';
import type { JobQuery } from '../job-store.js';
import { compareTexts, Sorted } from './sorted.js';

/** Ids of jobs by type and state, in their order: what is asked for is found without a look at all the others. */
export class JobIndex {
  readonly #types = new Map<string, Record<JobState, Sorted<string>>>();

  add({ id, type, state }: Job): void {
    let states = this.#types.get(type);
    if (!states) this.#types.set(type, (states = newStates()));
    states[state].add(id);
  }

  delete({ id, type, state }: Job): void {
    this.#types.get(type)?.[state].delete(id);
  }

  count(type: string, state: JobState): number {
    return this.#types.get(type)?.[state].size ?? 0;
  }

  /** Oldest first. */
  active(limit: number, types: readonly string[]): readonly string[] {
    return types
      .flatMap((type) => this.#types.get(type) ?? [])
      .flatMap((states) => JOB_STATES.filter((state) => !isFinal(state)).map((state) => states[state]))
      .flatMap((ids) => ids.first(limit))
      .sort(compareTexts)
      .slice(0, limit);
  }

  /** Newest first. */
  find({ type, states = JOB_STATES, cursor, limit }: JobQuery): readonly string[] {
    const types = type === undefined ? [...this.#types.values()] : [this.#types.get(type) ?? newStates()];
    return types
      .flatMap((each) => [...new Set(states)].flatMap((state) => each[state].lastBefore(cursor, limit)))
      .sort((a, b) => compareTexts(b, a))
      .slice(0, limit);
  }
}

function newStates(): Record<JobState, Sorted<string>> {
  const ids = () => new Sorted<string>(compareTexts);
  return { pending: ids(), running: ids(), completed: ids(), failed: ids(), cancelled: ids() };
}
