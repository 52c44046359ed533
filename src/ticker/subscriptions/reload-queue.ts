import type { Clock, Timer } from 'nestjs-background-services/store';
import { ReloadQueueFullError } from './reload.errors.js';

export interface ReloadQueueOptions {
  /** The least time between the starts of two runs, ms. */
  readonly interval: number;
  /** How many callers may wait at once. */
  readonly capacity: number;
  readonly clock: Clock;
}

export interface ReloadCounts {
  readonly requests: number;
  /** Requests that a run served which another one had asked for. */
  readonly coalesced: number;
  readonly refused: number;
  readonly waiting: number;
  readonly runs: number;
}

/** What became of a request that does not wait. */
export type Nudge<T> =
  /** A run was to come anyhow; who asked for it first sees how it ends. */
  | { readonly joined: true }
  /** A run will be made for it, which the caller has to watch: nobody else may. */
  | { readonly joined: false; readonly result: Promise<T> };

/**
 * Runs one thing for many who ask for it, not more often than once in `interval`.
 *
 * A run serves everybody who asked before it began, and nobody who asked later: what they changed in between it may not have seen. So at any time there
 * is at most one that runs and one that is to come, however many ask; those who wait are bounded by `capacity`.
 */
export class ReloadQueue<T> {
  /** The run that has not begun: whoever asks meanwhile is served by it. */
  private upcoming: Deferred<T> | undefined;
  private running = false;
  private timer: Timer | undefined;
  private lastStart = -Infinity;
  private requests = 0;
  private coalesced = 0;
  private refused = 0;
  private waiting = 0;
  private runs = 0;

  /** @param run what is run; told of nothing, since it may serve many */
  constructor(
    private readonly run: () => Promise<T>,
    private readonly options: ReloadQueueOptions,
  ) {}

  /**
   * Asks for a run and waits for its result.
   * @throws ReloadQueueFullError if as many wait as may; whatever the run throws
   */
  async request(): Promise<T> {
    this.requests++;
    const { capacity } = this.options;
    if (this.waiting >= capacity) {
      this.refused++;
      throw new ReloadQueueFullError(capacity);
    }
    this.waiting++;
    try {
      return await this.join();
    } finally {
      this.waiting--;
    }
  }

  /** Asks for a run and does not wait. */
  nudge(): Nudge<T> {
    this.requests++;
    if (!this.upcoming) return { joined: false, result: this.join() };
    this.coalesced++;
    return { joined: true };
  }

  counts(): ReloadCounts {
    const { requests, coalesced, refused, waiting, runs } = this;
    return { requests, coalesced, refused, waiting, runs };
  }

  /** Forgets a run that has not begun: its callers are answered with this error. */
  close(error: Error): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.upcoming?.reject(error);
    this.upcoming = undefined;
  }

  private join(): Promise<T> {
    if (this.upcoming) {
      this.coalesced++;
      return this.upcoming.promise;
    }
    this.upcoming = deferred<T>();
    const { promise } = this.upcoming;
    this.schedule();
    return promise;
  }

  private schedule(): void {
    if (this.running || this.timer || !this.upcoming) return;
    const { clock, interval } = this.options;
    const due = Math.max(0, this.lastStart + interval - clock.monotonic());
    this.timer = clock.setTimeout(() => void this.begin(), due);
  }

  private async begin(): Promise<void> {
    const { upcoming } = this;
    this.timer = undefined;
    if (!upcoming) return;
    this.upcoming = undefined;
    this.running = true;
    this.runs++;
    this.lastStart = this.options.clock.monotonic();
    await this.run().then(upcoming.resolve, upcoming.reject);
    this.running = false;
    this.schedule();
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
