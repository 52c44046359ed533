import { Catch, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ProblemFilter, Replies } from 'nestjs-background-services/http';
import { PROBLEMS } from './problems.js';

/** For routes of the app's own that submit jobs: their errors as `application/problem+json`, as the API's are. */
@Catch()
export class JobProblemFilter extends ProblemFilter {
  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    super(new Replies(host), { name: 'BackgroundJobs', guards: undefined, problems: PROBLEMS });
  }
}
