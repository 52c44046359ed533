import type { JobEngine, RunJob } from '../job-engine.js';

/** How soon a job is run again whose run failed, ms. */
const RETRY_DELAY = 1_000;

/** Runs the jobs of one process in the order they were queued. */
export class InProcessEngine implements JobEngine {
  readonly #queued: string[] = [];
  readonly #running = new Map<
    string,
    { readonly abort: AbortController; readonly finished: Promise<void> }
  >();
  /** Queued while they ran. */
  readonly #again = new Set<string>();
  #worker: { readonly run: RunJob; readonly concurrency: number } | undefined;
  #state: 'open' | 'closed' = 'open';

  /** @param later calls back after so many ms */
  constructor(private readonly later: (callback: () => void, delay: number) => void) {}

  enqueue(id: string): Promise<void> {
    if (this.#running.has(id)) this.#again.add(id);
    else if (!this.#queued.includes(id)) this.#queued.push(id);
    this.#next();
    return Promise.resolve();
  }

  start(run: RunJob, concurrency: number): Promise<void> {
    this.#worker = { run, concurrency };
    this.#next();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    for (const { abort } of this.#running.values()) abort.abort('drain');
    await Promise.all([...this.#running.values()].map(({ finished }) => finished));
  }

  #next(): void {
    while (this.#worker && this.#state === 'open' && this.#running.size < this.#worker.concurrency) {
      const id = this.#queued.shift();
      if (id === undefined) return;
      const abort = new AbortController();
      const finished = this.#worker
        .run(id, abort.signal)
        .catch(() => this.later(() => void this.enqueue(id), RETRY_DELAY))
        .then(() => this.#ended(id));
      this.#running.set(id, { abort, finished });
    }
  }

  #ended(id: string): void {
    this.#running.delete(id);
    if (this.#again.delete(id)) this.#queued.push(id);
    this.#next();
  }
}
