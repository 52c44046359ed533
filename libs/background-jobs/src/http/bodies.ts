import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { Problem } from 'nestjs-background-services/http';
import type { Item, Job, JobCounts, JobState } from '../model/index.js';
import type { ResolvedOptions } from '../options.js';
import { BackgroundJobs } from '../service/index.js';
import type { Page } from '../store/index.js';
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
  readonly statusUrl: string;
  readonly itemsUrl: string;
  readonly eventsUrl: string;
}

export interface JobsBody {
  readonly jobs: readonly JobBody[];
  /** For `?cursor=`; null: that was the last page. */
  readonly next: string | null;
}

/** An item as the API shows it. */
export interface ItemBody extends Omit<Item, 'settledAt'> {
  readonly settledAt: string | null;
}

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
      .map((segment) => segment.replace(/^\/+|\/+$/g, ''))
      .filter(Boolean)
      .map((segment) => `/${segment}`)
      .join('');
  }
}

/** Changes with the job. */
export function etagOf({ id, revision }: Pick<Job, 'id' | 'revision'>): string {
  return `"${id}-${revision}"`;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
