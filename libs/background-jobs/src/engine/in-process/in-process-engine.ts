import type { Clock, Timer } from 'nestjs-background-services/store';
import { abortController, inBackground } from 'nestjs-background-http-kit';
import type { JobEngine, RunJob } from '../job-engine.js';

/** How soon a job is run again whose run failed, ms. */
const RETRY_DELAY = 1_000;

/** Runs the jobs of one process in the order they were queued. */
export class InProcessEngine implements JobEngine {
  readonly #queued: string[] = [];
  readonly #running = new Map<string, Promise<void>>();
  readonly #closing = abortController();
  readonly #retries = new Set<Timer>();
  /** Queued while they ran. */
  readonly #again = new Set<string>();
  #worker: { readonly run: RunJob; readonly concurrency: number } | undefined;

  constructor(private readonly clock: Pick<Clock, 'setTimeout'>) {}

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
    this.#closing.abort('drain');
    for (const timer of this.#retries) timer.cancel();
    this.#retries.clear();
    await Promise.all(this.#running.values());
  }

  #next(): void {
    const { signal } = this.#closing;
    while (this.#worker && !signal.aborted && this.#running.size < this.#worker.concurrency) {
      const id = this.#queued.shift();
      if (id === undefined) return;
      const finished = this.#worker
        .run(id, signal)
        .catch(() => this.#retryLater(id))
        .then(() => this.#ended(id));
      this.#running.set(id, finished);
    }
  }

  #retryLater(id: string): void {
    if (this.#closing.signal.aborted) return;
    const timer = this.clock.setTimeout(() => {
      this.#retries.delete(timer);
      inBackground(this.enqueue(id));
    }, RETRY_DELAY);
    this.#retries.add(timer);
  }

  #ended(id: string): void {
    this.#running.delete(id);
    if (this.#again.delete(id)) this.#queued.push(id);
    this.#next();
  }
}
