import {
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Inject,
  Param,
  Query,
  Req,
  Res,
  type Type,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { WorkerNotFoundError } from 'nestjs-background-services';
import { FleetControl, FleetStatus } from 'nestjs-background-services/fleet';
import { StoreError } from 'nestjs-background-services/store';
import { HostGuards, ProblemFilter, ReadGuard, Replies } from 'nestjs-background-http-kit';
import { JobSource } from '../jobs/index.js';
import { FleetStream } from '../stream/fleet-stream.js';
import type { AccessBody, WorkerBody } from './bodies.js';
import { Identity } from '../request/identity.js';
import { readLimit } from '../request/read-request.js';

const Context = createParamDecorator((_data: unknown, context: ExecutionContext) => context);

/** Makes a controller class of its own for each app, because its path comes from options that are known only once providers are made. */
export function createReadController(): Type {
  @Controller()
  @UseFilters(ProblemFilter)
  @UseGuards(ReadGuard)
  class BackgroundDashboardReadController {
    constructor(
      @Inject(FleetStatus) private readonly status: FleetStatus,
      @Inject(FleetControl) private readonly control: FleetControl,
      @Inject(FleetStream) private readonly streams: FleetStream,
      @Inject(HostGuards) private readonly guards: HostGuards,
      @Inject(Identity) private readonly identity: Identity,
      @Inject(JobSource) private readonly jobs: JobSource,
      @Inject(Replies) private readonly replies: Replies,
    ) {}

    @Get('fleet')
    async fleet(@Res() response: unknown): Promise<void> {
      this.replies.json(response, await this.status.view());
    }

    @Get('workers/:name')
    async worker(@Param('name') name: string, @Res() response: unknown): Promise<void> {
      const { asOf, current, problem, workers, keys } = await this.status.view();
      const worker = workers.find((candidate) => candidate.name === name);
      const key = keys.find((candidate) => candidate.key === worker?.key);
      if (worker && key)
        return this.replies.json(response, { asOf, current, worker, key } satisfies WorkerBody);
      // What is not in an old view may be there by now.
      if (!current) throw new StoreError(problem ?? 'The store does not answer');
      throw new WorkerNotFoundError(
        name,
        workers.map((candidate) => candidate.name),
      );
    }

    @Get('audit')
    async audit(@Query('limit') limit: unknown, @Res() response: unknown): Promise<void> {
      this.replies.json(response, await this.control.audit(readLimit(limit)));
    }

    @Get('leases/stale')
    async staleLeases(@Res() response: unknown): Promise<void> {
      this.replies.json(response, await this.control.staleLeases());
    }

    /** What whoever asks may do here, for a page that offers nothing else. */
    @Get('access')
    async access(
      @Context() context: ExecutionContext,
      @Req() request: unknown,
      @Res() response: unknown,
    ): Promise<void> {
      // A guard may throw to say no.
      const act = await this.guards.mayAct(context).catch(() => false);
      const identified = await this.identity.of(request);
      this.replies.json(response, {
        act,
        by: identified?.by ?? null,
        jobs: this.jobs.isThere,
      } satisfies AccessBody);
    }

    @Get('stream')
    stream(@Res() response: object): void {
      this.streams.add(response);
    }
  }
  return BackgroundDashboardReadController;
}
