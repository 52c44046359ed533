import {
  Controller,
  Get,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  type Type,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { ActGuard, ProblemFilter, ReadGuard, Replies, SameOriginGuard } from 'nestjs-background-http-kit';
import { isFinal } from '../model/index.js';
import { BackgroundJobs } from '../service/background-jobs.js';
import { Bodies, etagOf } from './bodies.js';
import { JobAnswers } from './job-answers.js';
import { applied, retryAfter, sendJob } from './job-reply.js';
import { JobStreams } from './job-streams.js';
import { LongPolls } from './long-polls.js';
import {
  matchesTag,
  readItemStatus,
  readKnownRevision,
  readLastEventId,
  readLimit,
  readPreferences,
  readStates,
  readText,
} from './query.js';

/** The request, of whichever HTTP adapter. */
interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly body?: unknown;
}

export interface JobControllers {
  readonly read: Type;
  readonly act: Type;
}

/** Makes controller classes of their own for each app, because their path comes from options that are known only once providers are made. */
export function createJobControllers(): JobControllers {
  @Controller()
  @UseFilters(ProblemFilter)
  @UseGuards(ReadGuard)
  class BackgroundJobsReadController {
    constructor(
      @Inject(BackgroundJobs) private readonly jobs: BackgroundJobs,
      @Inject(JobStreams) private readonly streams: JobStreams,
      @Inject(LongPolls) private readonly polls: LongPolls,
      @Inject(Replies) private readonly replies: Replies,
      @Inject(Bodies) private readonly bodies: Bodies,
    ) {}

    @Get()
    async list(@Query() query: Readonly<Record<string, unknown>>, @Res() response: unknown): Promise<void> {
      const type = readText(query, 'type');
      const states = readStates(query);
      const cursor = readText(query, 'cursor');
      const page = await this.jobs.list({
        limit: readLimit(query, 200, 50),
        ...(type === undefined ? {} : { type }),
        ...(states === undefined ? {} : { states }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      this.replies.json(response, this.bodies.jobs(page));
    }

    @Get(':id')
    async get(@Param('id') id: string, @Req() request: Asked, @Res() response: unknown): Promise<void> {
      const { wait } = readPreferences(request.headers);
      const known = wait === undefined ? undefined : readKnownRevision(request.headers, id);
      const job =
        wait === undefined
          ? await this.jobs.get(id)
          : await this.polls.hold(response, (signal) => this.jobs.waitForChange(id, known, wait, { signal }));
      const etag = etagOf(job);
      const headers = { etag, vary: 'Prefer', ...retryAfter(job), ...applied(wait) };
      if (matchesTag(request.headers, etag))
        return this.replies.send(response, { status: 304, type: 'application/json', text: '', headers });
      sendJob(this.replies, response, this.bodies, job, 200, headers);
    }

    @Get(':id/items')
    async items(
      @Param('id') id: string,
      @Query() query: Readonly<Record<string, unknown>>,
      @Res() response: unknown,
    ): Promise<void> {
      const status = readItemStatus(query);
      const cursor = readText(query, 'cursor');
      const page = await this.jobs.items(id, {
        limit: readLimit(query, 1_000, 100),
        ...(status === undefined ? {} : { status }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      this.replies.json(response, this.bodies.items(page));
    }

    @Get(':id/events')
    async events(@Param('id') id: string, @Req() request: Asked, @Res() response: object): Promise<void> {
      this.streams.assertOpen();
      const job = await this.jobs.get(id);
      const known = readLastEventId(request.headers);
      // Whoever saw the end and asks again is told not to (HTML, server-sent events): 204 ends the reconnecting.
      if (isFinal(job.state) && known >= job.revision)
        return this.replies.send(response, { status: 204, type: 'text/event-stream', text: '' });
      this.streams.add(id, response, known, this.bodies);
    }
  }

  @Controller()
  @UseFilters(ProblemFilter)
  @UseGuards(ActGuard, SameOriginGuard)
  class BackgroundJobsActController {
    constructor(
      @Inject(BackgroundJobs) private readonly jobs: BackgroundJobs,
      @Inject(JobAnswers) private readonly answers: JobAnswers,
      @Inject(Replies) private readonly replies: Replies,
      @Inject(Bodies) private readonly bodies: Bodies,
    ) {}

    @Post(':type')
    async submit(
      @Param('type') type: string,
      @Req() request: Asked,
      @Res() response: unknown,
    ): Promise<void> {
      return this.answers.submit(type, request, response);
    }

    @Post(':id/cancel')
    async cancel(@Param('id') id: string, @Res() response: unknown): Promise<void> {
      const job = await this.jobs.cancel(id);
      sendJob(this.replies, response, this.bodies, job, isFinal(job.state) ? 200 : 202);
    }

    @Post(':id/retry')
    async retry(@Param('id') id: string, @Res() response: unknown): Promise<void> {
      const job = await this.jobs.retryFailed(id);
      sendJob(this.replies, response, this.bodies, job, 202, retryAfter(job));
    }
  }
  return { read: BackgroundJobsReadController, act: BackgroundJobsActController };
}
