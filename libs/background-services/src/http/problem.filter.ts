import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger } from '@nestjs/common';
import { toProblem, UNFORESEEN } from './problem.js';
import { Replies } from './replies.js';
import { HTTP_SURFACE, type HttpSurface } from './surface.js';

/** Answers every error as `application/problem+json`, also those of the host's guards. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger: Logger;

  constructor(
    @Inject(Replies) private readonly replies: Replies,
    @Inject(HTTP_SURFACE) private readonly surface: HttpSurface,
  ) {
    this.logger = new Logger(surface.name);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const problem = toProblem(error, this.surface.problems);
    if (!problem) this.logger.error(error);
    const { status, ...rest } = problem ?? UNFORESEEN;
    this.replies.send(host.switchToHttp().getResponse(), {
      status,
      type: 'application/problem+json; charset=utf-8',
      text: JSON.stringify({ status, ...rest }),
    });
  }
}
