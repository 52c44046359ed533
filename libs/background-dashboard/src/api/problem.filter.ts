import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger } from '@nestjs/common';
import { toProblem, UNFORESEEN } from './problem.js';
import { Replies } from './replies.js';

/** Answers every error as `application/problem+json`, also those of the host's guards. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('BackgroundDashboard');

  constructor(@Inject(Replies) private readonly replies: Replies) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const problem = toProblem(error);
    if (!problem) this.logger.error(error);
    const { status, ...rest } = problem ?? UNFORESEEN;
    this.replies.send(host.switchToHttp().getResponse(), {
      status,
      type: 'application/problem+json; charset=utf-8',
      text: JSON.stringify({ status, ...rest }),
    });
  }
}
