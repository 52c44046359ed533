import { Controller, HttpCode, HttpStatus, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiResponse } from '@nestjs/swagger';
import { JobAnswers, JobProblemFilter, type JobRequest } from 'nestjs-background-jobs';
import { RequiresApiKey } from '../security/requires-api-key.js';
import { OptionHistoryJob } from './option-history.job.js';
import { optionHistorySchema } from './option-history.request.js';

/** The path that clients know; how far a job is, they see below `/jobs`. */
@Controller('historical')
@RequiresApiKey()
@UseFilters(JobProblemFilter)
export class OptionsHistoryController {
  constructor(private readonly jobs: JobAnswers) {}

  /** Accepts a request such as `{ "root": "AAPL", "startDate": "2024-01-01", "endDate": "2024-12-31" }` and answers 202 at once. */
  @Post('option')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiConsumes('application/json')
  @ApiBody({
    schema: optionHistorySchema,
    examples: { january: { value: { root: 'AAPL', startDate: '2024-01-02', endDate: '2024-01-31' } } },
  })
  @ApiResponse({ status: 200, description: 'Done: the client preferred to wait (Prefer: wait=20)' })
  @ApiResponse({ status: 202, description: 'Taken on: `Location` and `statusUrl` say where to look' })
  @ApiResponse({ status: 400, description: 'The request is malformed, and why' })
  @ApiResponse({ status: 429, description: 'Too many jobs are waiting' })
  @ApiResponse({ status: 503, description: 'The job store does not answer' })
  submit(@Req() request: JobRequest, @Res() response: unknown): Promise<void> {
    return this.jobs.submit(OptionHistoryJob, request, response);
  }
}
