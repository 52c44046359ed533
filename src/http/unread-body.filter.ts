import { type ArgumentsHost, Catch, HttpException } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { type IncomingMessage } from 'node:http';
import { JobProblemFilter } from 'nestjs-background-jobs';

/** Where errors are `application/problem+json`. */
const PATHS = /^\/(jobs|historical)(\/|\?|$)/;

/** A body that is no JSON, or too large, fails before there is a route, and so before the route's own filter; these paths answer it in their shape. */
@Catch(HttpException)
export class UnreadBodyFilter extends BaseExceptionFilter {
  private readonly problems: JobProblemFilter;

  constructor(adapterHost: HttpAdapterHost) {
    super(adapterHost.httpAdapter);
    this.problems = new JobProblemFilter(adapterHost);
  }

  override catch(error: HttpException, host: ArgumentsHost): void {
    const { url = '' } = host.switchToHttp().getRequest<IncomingMessage>();
    if (PATHS.test(url)) this.problems.catch(error, host);
    else super.catch(error, host);
  }
}
