import { Controller, Inject, Param, Post, Req, Res, type Type, UseFilters, UseGuards } from '@nestjs/common';
import type { BackgroundJobs } from 'nestjs-background-jobs';
import { FleetControl } from 'nestjs-background-services/fleet';
import { ActGuard, ProblemFilter, Replies, SameOriginGuard } from 'nestjs-background-http-kit';
import { Identity } from '../request/identity.js';
import { readReason } from '../request/read-request.js';
import { JobSource } from './job-source.js';

interface Asked {
  readonly body?: unknown;
}

/** Makes a controller class of its own for each app, because its path comes from options that are known only once providers are made. */
export function createJobsActController(): Type {
  @Controller()
  @UseFilters(ProblemFilter)
  @UseGuards(ActGuard, SameOriginGuard)
  class BackgroundDashboardJobsActController {
    constructor(
      @Inject(JobSource) private readonly source: JobSource,
      @Inject(FleetControl) private readonly control: FleetControl,
      @Inject(Identity) private readonly identity: Identity,
      @Inject(Replies) private readonly replies: Replies,
    ) {}

    @Post('jobs/:id/cancel')
    cancel(@Param('id') id: string, @Req() request: Asked, @Res() response: unknown) {
      return this.#act('jobs:cancel', id, request, response, async (jobs) => {
        const { state } = await jobs.cancel(id);
        return state === 'running' ? 'running items are told to stop' : `it is ${state}`;
      });
    }

    @Post('jobs/:id/retry')
    retry(@Param('id') id: string, @Req() request: Asked, @Res() response: unknown) {
      return this.#act('jobs:retry', id, request, response, async (jobs) => {
        await jobs.retryFailed(id);
        return 'what failed or was left is worked off again';
      });
    }

    /** Each is idempotent by itself: what is cancelled stays so, and of a job that is not over nothing is tried again. */
    async #act(
      action: 'jobs:cancel' | 'jobs:retry',
      id: string,
      request: Asked,
      response: unknown,
      perform: (jobs: BackgroundJobs) => Promise<string>,
    ): Promise<void> {
      const reason = readReason(request.body, await this.identity.of(request));
      const { jobs } = this.source;
      const record = await this.control.perform(action, id, reason, () => perform(jobs));
      this.replies.json(response, record);
    }
  }
  return BackgroundDashboardJobsActController;
}
