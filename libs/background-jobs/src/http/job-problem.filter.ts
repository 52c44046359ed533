import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ProblemFilter, Replies } from 'nestjs-background-http-kit';
import { PROBLEMS } from './problems.js';

/** For routes of the app's own that submit jobs: their errors as `application/problem+json`, as the API's are. */
@Catch()
export class JobProblemFilter implements ExceptionFilter {
  readonly #filter: ProblemFilter;

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    const surface = { name: 'BackgroundJobs', guards: undefined, problems: PROBLEMS };
    this.#filter = new ProblemFilter(new Replies(host), surface);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    this.#filter.catch(error, host);
  }
}
