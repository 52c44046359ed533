import { Controller, Get, Inject, Param, Res, type Type, UseFilters, UseGuards } from '@nestjs/common';
import { ProblemFilter, ReadGuard, Replies } from 'nestjs-background-http-kit';
import { type FailedItems, type JobsSummary, toFailed, toSummary } from './job-bodies.js';
import { JobSource } from './job-source.js';

/** What the page shows: the newest ones. */
const MOST_JOBS = 25;
const MOST_ITEMS = 100;

/** Makes a controller class of its own for each app, because its path comes from options that are known only once providers are made. */
export function createJobsReadController(): Type {
  @Controller()
  @UseFilters(ProblemFilter)
  @UseGuards(ReadGuard)
  class BackgroundDashboardJobsController {
    constructor(
      @Inject(JobSource) private readonly source: JobSource,
      @Inject(Replies) private readonly replies: Replies,
    ) {}

    @Get('jobs')
    async list(@Res() response: unknown): Promise<void> {
      const { entries } = await this.source.jobs.list({ limit: MOST_JOBS });
      this.replies.json(response, { jobs: entries.map(toSummary) } satisfies JobsSummary);
    }

    @Get('jobs/:id/failed')
    async failed(@Param('id') id: string, @Res() response: unknown): Promise<void> {
      const { entries, next } = await this.source.jobs.items(id, { status: 'failed', limit: MOST_ITEMS });
      this.replies.json(response, toFailed(entries, next !== undefined) satisfies FailedItems);
    }
  }
  return BackgroundDashboardJobsController;
}
