import {
  Controller,
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
import {
  type ControlRecord,
  type ControlRequest,
  type ControlResult,
  FleetControl,
} from 'nestjs-background-services/fleet';
import { ActGuard, ProblemFilter, Replies, SameOriginGuard } from 'nestjs-background-http-kit';
import { Identity } from '../request/identity.js';
import { readDuration, readId, readReason } from '../request/read-request.js';

const STATUS: Readonly<Record<ControlResult, number>> = { done: 200, pending: 202, refused: 409 };

/** The request, of whichever HTTP adapter. */
interface Asked {
  readonly body?: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** Makes a controller class of its own for each app, because its path comes from options that are known only once providers are made. */
export function createActController(): Type {
  @Controller()
  @UseFilters(ProblemFilter)
  @UseGuards(ActGuard, SameOriginGuard)
  class BackgroundDashboardActController {
    constructor(
      @Inject(FleetControl) private readonly control: FleetControl,
      @Inject(Identity) private readonly identity: Identity,
      @Inject(Replies) private readonly replies: Replies,
    ) {}

    @Post('workers/:name/pause')
    pause(
      @Param('name') name: string,
      @Query('key') key: string | undefined,
      @Req() request: Asked,
      @Res() response: unknown,
    ) {
      return this.#act(request, response, (reason) => this.control.pause(name, { ...reason, key }));
    }

    @Post('workers/:name/resume')
    resume(
      @Param('name') name: string,
      @Query('key') key: string | undefined,
      @Req() request: Asked,
      @Res() response: unknown,
    ) {
      return this.#act(request, response, (reason) => this.control.resume(name, { ...reason, key }));
    }

    @Post('workers/:name/trigger')
    trigger(
      @Param('name') name: string,
      @Query('key') key: string | undefined,
      @Req() request: Asked,
      @Res() response: unknown,
    ) {
      return this.#act(request, response, (reason) => this.control.trigger(name, { ...reason, key }));
    }

    @Post('workers/:name/reset-breaker')
    resetBreaker(
      @Param('name') name: string,
      @Query('key') key: string | undefined,
      @Req() request: Asked,
      @Res() response: unknown,
    ) {
      return this.#act(request, response, (reason) =>
        this.control.resetCircuitBreaker(name, { ...reason, key }),
      );
    }

    @Post('workers/:name/force-open-breaker')
    forceOpenBreaker(
      @Param('name') name: string,
      @Query('key') key: string | undefined,
      @Req() request: Asked,
      @Res() response: unknown,
    ) {
      return this.#act(request, response, (reason) =>
        this.control.forceOpenCircuitBreaker(name, { ...reason, key }),
      );
    }

    @Post('keys/:key/step-down')
    stepDown(@Param('key') key: string, @Req() request: Asked, @Res() response: unknown) {
      return this.#act(request, response, (reason) => this.control.stepDown(key, reason));
    }

    @Post('replicas/:id/cordon')
    cordon(@Param('id') id: string, @Req() request: Asked, @Res() response: unknown) {
      return this.#act(request, response, (reason) => this.control.cordon(id, reason));
    }

    @Post('replicas/:id/uncordon')
    uncordon(@Param('id') id: string, @Req() request: Asked, @Res() response: unknown) {
      return this.#act(request, response, (reason) => this.control.uncordon(id, reason));
    }

    @Post('keys/:key/disable')
    disable(@Param('key') key: string, @Req() request: Asked, @Res() response: unknown) {
      return this.#act(request, response, (reason) =>
        this.control.disable(key, { ...reason, duration: readDuration(request.body) }),
      );
    }

    @Post('keys/:key/enable')
    enable(@Param('key') key: string, @Req() request: Asked, @Res() response: unknown) {
      return this.#act(request, response, (reason) => this.control.enable(key, reason));
    }

    @Post('keys/:key/expire-lease')
    expireLease(@Param('key') key: string, @Req() request: Asked, @Res() response: unknown) {
      return this.#act(request, response, (reason) => this.control.expireLease(key, reason));
    }

    async #act(
      request: Asked,
      response: unknown,
      command: (request: ControlRequest) => Promise<ControlRecord>,
    ): Promise<void> {
      const reason = readReason(request.body, await this.identity.of(request));
      const record = await command({ ...reason, id: readId(request.headers) });
      this.replies.json(response, record, STATUS[record.outcome]);
    }
  }
  return BackgroundDashboardActController;
}
