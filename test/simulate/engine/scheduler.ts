interface Entry {
  readonly at: number;
  readonly order: number;
  action: (() => void) | undefined;
}

/** More than any history takes: something calls itself again and again without time passing. */
const MOST_STEPS = 500_000;

export interface Scheduled {
  cancel(): void;
}

/**
 * True time, and everything that is going to happen in it, in order. It is discrete: an event runs, all promises that it settles have
 * run their course, and only then comes the next one. Real time plays no part.
 */
export class Scheduler {
  readonly #heap: Entry[] = [];
  #now = 0;
  #order = 0;
  #state: 'running' | 'stopped' = 'running';

  /** Milliseconds since the beginning of the history. */
  get now(): number {
    return this.#now;
  }

  at(time: number, action: () => void): Scheduled {
    const entry: Entry = { at: Math.max(time, this.#now), order: this.#order++, action };
    this.#push(entry);
    return { cancel: () => (entry.action = undefined) };
  }

  after(delay: number, action: () => void): Scheduled {
    return this.at(this.#now + delay, action);
  }

  stop(): void {
    this.#state = 'stopped';
  }

  /**
   * Runs until it is stopped, or until nothing is left to happen.
   *
   * `process.nextTick` calls back as soon as no promise has anything to run any more, and costs a third of what `setImmediate` does. It must
   * be asked for from within a promise callback: else it would come before them.
   * @param afterStep called when an event and all that followed from it is over
   */
  run(afterStep: () => void, onThrow: (error: unknown) => void): Promise<void> {
    const settled = Promise.resolve();
    let steps = 0;
    return new Promise((resolve) => {
      const step = (): void => {
        afterStep();
        const entry = this.#state === 'running' ? this.#pop() : undefined;
        if (!entry) return resolve();
        this.#now = entry.at;
        if (++steps > MOST_STEPS) {
          onThrow(new Error(`More than ${MOST_STEPS} steps`));
          return resolve();
        }
        try {
          entry.action?.();
        } catch (error) {
          onThrow(error);
        }
        void settled.then(next);
      };
      const next = () => process.nextTick(step);
      step();
    });
  }

  #pop(): Entry | undefined {
    let entry = this.#shift();
    while (entry && !entry.action) entry = this.#shift();
    return entry;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let child = heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[child] = heap[parent]!;
      child = parent;
    }
    heap[child] = entry;
  }

  #shift(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || first === last) return first;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[parent] = heap[child]!;
      parent = child;
    }
    heap[parent] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
