import { Controller, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { JobAnswers, JobProblemFilter, type JobRequest } from 'nestjs-background-jobs';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { OptionHistoryJob } from './option-history.job.js';

/** The path that clients know; how far a job is, they see below `/jobs`. */
@Controller('historical')
@UseGuards(ApiKeyGuard)
@UseFilters(JobProblemFilter)
export class OptionsHistoryController {
  constructor(private readonly jobs: JobAnswers) {}

  /** Accepts a request such as `{ "root": "AAPL", "startDate": "2024-01-01", "endDate": "2024-12-31" }` and answers 202 at once. */
  @Post('option')
  submit(@Req() request: JobRequest, @Res() response: unknown): Promise<void> {
    return this.jobs.submit(OptionHistoryJob, request, response);
  }
}
