import type { Clock, Timer } from 'nestjs-background-services/store';
import { inBackground } from 'nestjs-background-http-kit';
import { isFinal, type Job } from '../model/index.js';
import type { JobNotice, JobStore } from '../store/job-store.js';

/** A job is looked at this often while somebody follows it, in case a notice was lost, ms. */
const LOOK_AGAIN = 2_000;

/** Told of one job. Does not throw. */
export interface JobListener {
  /** It has changed; `undefined`: it is not there (any more). */
  changed(job: Job | undefined): void;
  /** The app is closing, and nothing is told any more. */
  closed(): void;
}

interface Followed {
  readonly listeners: Set<JobListener>;
  revision: number;
  reading: boolean;
  again: boolean;
  timer: Timer | undefined;
}

/** Follows jobs for any number of listeners: a job is read once a change, however many follow it. */
export class JobFollowers {
  readonly #followed = new Map<string, Followed>();
  #state: 'open' | 'closed' = 'open';

  constructor(
    private readonly store: JobStore,
    private readonly clock: Clock,
  ) {}

  /** How many listen. */
  get size(): number {
    let size = 0;
    for (const { listeners } of this.#followed.values()) size += listeners.size;
    return size;
  }

  /**
   * Calls back soon with the job as it is, and with every change from then on. If the app is closing, the listener is told so before this
   * returns. Returns what ends it.
   */
  follow(id: string, listener: JobListener): () => void {
    if (this.#state === 'closed') {
      listener.closed();
      return () => undefined;
    }
    const followed = this.#followed.get(id) ?? {
      listeners: new Set(),
      ...{ revision: 0, reading: false, again: false, timer: undefined },
    };
    this.#followed.set(id, followed);
    followed.listeners.add(listener);
    // What was read before is not told to who comes later: all are told of the next reading.
    followed.revision = 0;
    this.#read(id, followed);
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size > 0) return;
      followed.timer?.cancel();
      if (this.#followed.get(id) === followed) this.#followed.delete(id);
    };
  }

  onNotice({ id, revision }: JobNotice): void {
    const followed = this.#followed.get(id);
    if (followed && revision > followed.revision) this.#read(id, followed);
  }

  /** Ends it for all who listen. What is read at this moment is told to nobody, and not looked at again. */
  close(): void {
    this.#state = 'closed';
    const followed = [...this.#followed.values()];
    this.#followed.clear();
    for (const { timer, listeners } of followed) {
      timer?.cancel();
      const told = [...listeners];
      listeners.clear();
      for (const listener of told) listener.closed();
    }
  }

  #read(id: string, followed: Followed): void {
    if (followed.reading) {
      followed.again = true;
      return;
    }
    followed.reading = true;
    followed.again = false;
    followed.timer?.cancel();
    inBackground(this.#readOnce(id, followed));
  }

  async #readOnce(id: string, followed: Followed): Promise<void> {
    try {
      this.#tell(followed, await this.store.get(id));
    } catch {
      // It is looked at again in a moment.
    }
    followed.reading = false;
    if (followed.listeners.size === 0) return;
    if (followed.again) this.#read(id, followed);
    else followed.timer = this.clock.setTimeout(() => this.#read(id, followed), LOOK_AGAIN);
  }

  #tell(followed: Followed, job: Job | undefined): void {
    if (job && job.revision <= followed.revision) return;
    followed.revision = job?.revision ?? 0;
    for (const listener of [...followed.listeners]) listener.changed(job);
    if (job && isFinal(job.state)) followed.again = false;
  }
}
