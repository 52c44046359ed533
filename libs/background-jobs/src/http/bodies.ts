import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { Problem } from 'nestjs-background-http-kit';
import type { Item, Job, JobCounts, JobState } from '../model/index.js';
import type { ResolvedOptions } from '../options/index.js';
import { BackgroundJobs } from '../service/background-jobs.js';
import type { Page } from '../store/job-store.js';
import { RESOLVED_OPTIONS } from '../tokens.js';

/** A job as the API shows it. Times are ISO 8601. */
export interface JobBody {
  readonly id: string;
  readonly type: string;
  readonly status: JobState;
  readonly request: unknown;
  readonly counts: JobCounts;
  /** 0 to 100. */
  readonly percentage: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Somebody asked for its end. */
  readonly cancelRequested: boolean;
  readonly error: Problem | null;
  /** Rises with every change; also the ETag, and the id of events. */
  readonly revision: number;
  /** Whether it outlives the process that runs it. */
  readonly durable: boolean;
  /** Names of what the store holds of it that cannot be read; they have a value that says nothing. Mostly absent: all of it can be. */
  readonly unreadable?: readonly string[];
  readonly statusUrl: string;
  readonly itemsUrl: string;
  readonly eventsUrl: string;
}

/** A page of jobs, as the API answers it. */
export interface JobsBody {
  readonly jobs: readonly JobBody[];
  /** For `?cursor=`; null: that was the last page. */
  readonly next: string | null;
}

/** An item as the API shows it. */
export interface ItemBody extends Omit<Item, 'settledAt'> {
  readonly settledAt: string | null;
}

/** A page of a job's items, as the API answers it. */
export interface ItemsBody {
  readonly items: readonly ItemBody[];
  /** For `?cursor=`; null: that was the last page. */
  readonly next: string | null;
}

/** Writes bodies, with URLs of the API under the prefix that the app has for all routes. */
@Injectable()
export class Bodies {
  constructor(
    @Inject(BackgroundJobs) private readonly service: Pick<BackgroundJobs, 'durable'>,
    @Inject(RESOLVED_OPTIONS) private readonly options: Pick<ResolvedOptions, 'http'>,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
  ) {}

  job({ state: status, cancelRequestedAt, run: _run, ...job }: Job): JobBody {
    const statusUrl = this.urlOf(job.id);
    return {
      ...job,
      status,
      createdAt: iso(job.createdAt),
      updatedAt: iso(job.updatedAt),
      startedAt: job.startedAt === null ? null : iso(job.startedAt),
      finishedAt: job.finishedAt === null ? null : iso(job.finishedAt),
      cancelRequested: cancelRequestedAt !== null,
      durable: this.service.durable,
      statusUrl,
      itemsUrl: `${statusUrl}/items`,
      eventsUrl: `${statusUrl}/events`,
    };
  }

  jobs({ entries, next }: Page<Job>): JobsBody {
    return { jobs: entries.map((job) => this.job(job)), next: next ?? null };
  }

  items({ entries, next }: Page<Item>): ItemsBody {
    return {
      items: entries.map((item) => ({
        ...item,
        settledAt: item.settledAt === null ? null : iso(item.settledAt),
      })),
      next: next ?? null,
    };
  }

  urlOf(id: string): string {
    // The prefix may be set until the app listens.
    const segments = [this.config.getGlobalPrefix(), this.options.http?.path ?? 'jobs', id];
    return segments
      .flatMap((segment) => segment.split('/'))
      .filter(Boolean)
      .map((segment) => `/${segment}`)
      .join('');
  }
}

/** Changes with the job. */
export function etagOf({ id, revision }: Pick<Job, 'id' | 'revision'>): string {
  return `"${id}-${revision}"`;
}

/** A store of one's own may hold any number; an answer, or a stream, does not end over it. */
function iso(time: number): string {
  const date = new Date(time);
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString();
}
