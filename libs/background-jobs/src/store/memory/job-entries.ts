import type { JobState, Job } from '../../model/index.js';
import type { JobQuery } from '../job-store.js';
import type { Claim, JobEntry } from './job-entry.js';
import { JobIndex } from './job-index.js';
import { compareTexts, Sorted } from './sorted.js';

interface End {
  readonly id: string;
  readonly at: number;
}

/** The jobs of a process with their indexes, which change nowhere else. */
export class JobEntries {
  readonly #entries = new Map<string, JobEntry>();
  readonly #index = new JobIndex();
  /** The job of each idempotency claim. */
  readonly #claims = new Map<string, JobEntry>();
  readonly #ends = new Sorted<End>((a, b) => a.at - b.at || compareTexts(a.id, b.id));

  add(entry: JobEntry): void {
    this.#entries.set(entry.job.id, entry);
    this.#index.add(entry.job);
    if (entry.claim) this.#claims.set(entry.claim.name, entry);
    this.keepUntil(entry, entry.expiresAt);
  }

  get(id: string): JobEntry | undefined {
    return this.#entries.get(id);
  }

  /** Who made a job with this key before, and is remembered at that time. */
  claimed(name: string, at: number): (JobEntry & { readonly claim: Claim }) | undefined {
    const entry = this.#claims.get(name);
    return entry?.claim && entry.claim.until > at ? { ...entry, claim: entry.claim } : undefined;
  }

  replace(entry: JobEntry, job: Job): void {
    if (job.state !== entry.job.state) {
      this.#index.delete(entry.job);
      this.#index.add(job);
    }
    entry.job = job;
  }

  /** @param at since the epoch, ms; `Infinity`: until it is over */
  keepUntil(entry: JobEntry, at: number): void {
    const { id } = entry.job;
    this.#ends.delete({ id, at: entry.expiresAt });
    entry.expiresAt = at;
    if (at !== Infinity) this.#ends.add({ id, at });
  }

  /** Takes away what was not taken on after all. */
  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.keepUntil(entry, Infinity);
    this.#drop(id);
  }

  dropExpired(now: number): void {
    let [end] = this.#ends.first(1);
    for (; end && end.at <= now; [end] = this.#ends.first(1)) {
      this.#ends.delete(end);
      this.#drop(end.id);
    }
  }

  count(type: string, state: JobState): number {
    return this.#index.count(type, state);
  }

  active(limit: number, types: readonly string[]): readonly string[] {
    return this.#index.active(limit, types);
  }

  find(query: JobQuery): readonly Job[] {
    return this.#index.find(query).map((id) => this.#entries.get(id)!.job);
  }

  [Symbol.iterator](): IterableIterator<JobEntry> {
    return this.#entries.values();
  }

  #drop(id: string): void {
    const entry = this.#entries.get(id)!;
    this.#entries.delete(id);
    this.#index.delete(entry.job);
    // A later job may have the key by now.
    if (entry.claim && this.#claims.get(entry.claim.name) === entry) this.#claims.delete(entry.claim.name);
  }
}
