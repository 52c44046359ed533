import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit, Optional } from '@nestjs/common';
import { BackgroundEvents } from 'nestjs-background-services';
import {
  type BackgroundExtension,
  BackgroundExtensions,
  type ExtensionHealth,
} from 'nestjs-background-services/fleet';
import type { ResolvedOptions } from '../options/index.js';
import { JobFollowers } from '../service/job-followers.js';
import { JobObservers } from '../service/job-observers.js';
import type { JobStore } from '../store/job-store.js';
import { JOB_STORE, RESOLVED_OPTIONS } from '../tokens.js';
import { toEvents } from './job-events.js';
import { type EndedJobs, type RunningJob, RunningJobs } from './running-jobs.js';

/** A card holds 4,000 characters. */
const MOST_ON_CARD = 12;

/** What every replica can see of the jobs on this one: `extensions.jobs` of a replica in `FleetStatus`. */
export interface JobsCard {
  readonly durable: boolean;
  /** How many run here. */
  readonly running: number;
  /** The first twelve of them. */
  readonly jobs: readonly RunningJob[];
  readonly ended: EndedJobs;
}

/**
 * Shows the jobs of this replica beside its workers: in `/health/background`, in the fleet's view and as events. Without
 * `BackgroundServicesModule` in the app there is nobody to show them to.
 */
@Injectable()
export class JobOperation implements BackgroundExtension, OnModuleInit, OnModuleDestroy {
  readonly name = 'jobs';
  readonly #running: RunningJobs;
  readonly #ends: (() => void)[] = [];
  #storeAnswers = true;

  constructor(
    @Inject(RESOLVED_OPTIONS) { clock }: ResolvedOptions,
    @Inject(JOB_STORE) private readonly store: Pick<JobStore, 'durable' | 'trouble'>,
    @Inject(JobObservers) private readonly observers: JobObservers,
    @Inject(JobFollowers) private readonly followers: Pick<JobFollowers, 'size'>,
    @Optional() @Inject(BackgroundExtensions) private readonly extensions: BackgroundExtensions | null,
    @Optional() @Inject(BackgroundEvents) private readonly events: BackgroundEvents | null,
  ) {
    this.#running = new RunningJobs(clock);
  }

  onModuleInit(): void {
    this.#ends.push(this.observers.add(this.#running));
    if (this.events) this.#ends.push(this.observers.add(toEvents(this.events)));
    if (this.extensions) this.#ends.push(this.extensions.add(this));
  }

  onModuleDestroy(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** Told of every round of the lifecycle, which needs the store. */
  onRound(storeAnswers: boolean): void {
    this.#storeAnswers = storeAnswers;
  }

  /** What failed is a job's own affair, and no reason to take a replica for sick. */
  health(): ExtensionHealth {
    return {
      reasons: this.#reasons(),
      details: {
        durable: this.store.durable,
        running: this.#running.size,
        ended: this.#running.ends,
        followers: this.followers.size,
      },
    };
  }

  #reasons(): readonly string[] {
    const { trouble } = this.store;
    if (trouble !== undefined) return [trouble];
    return this.#storeAnswers ? [] : ['the job store does not answer'];
  }

  presence(): JobsCard {
    return {
      durable: this.store.durable,
      running: this.#running.size,
      jobs: this.#running.list(MOST_ON_CARD),
      ended: this.#running.ends,
    };
  }
}
