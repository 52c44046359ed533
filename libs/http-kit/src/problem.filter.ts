import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger } from '@nestjs/common';
import { describeError } from '../../background-services/src/errors/index.js';
import { LibraryLog, type LineLogger } from '../../background-services/src/logs/index.js';
import { toProblem, UNFORESEEN } from './problem.js';
import { Replies } from './replies.js';
import { HTTP_SURFACE, type HttpSurface } from './surface.js';

/** Answers every error as `application/problem+json`, those of the host's guards included. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger: LineLogger;

  constructor(
    @Inject(Replies) private readonly replies: Replies,
    @Inject(HTTP_SURFACE) private readonly surface: HttpSurface,
  ) {
    this.logger = new LibraryLog(new Logger(surface.name));
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const { problems } = this.surface;
    const problem = toProblem(error, problems);
    if (!problem) {
      const { message, details } = describeError(error);
      this.logger.error(`A request failed: ${message}`, {}, details);
    }
    const { status, ...rest } = problem ?? UNFORESEEN;
    const { retryAfter } = Object.hasOwn(problems, rest.code) ? problems[rest.code]! : {};
    this.replies.send(host.switchToHttp().getResponse(), {
      status,
      type: 'application/problem+json; charset=utf-8',
      text: JSON.stringify({ status, ...rest }),
      ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
    });
  }
}
