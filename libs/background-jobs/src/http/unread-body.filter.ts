import { type ArgumentsHost, Catch, Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import type { ResolvedOptions } from '../options/index.js';
import { RESOLVED_OPTIONS } from '../tokens.js';
import { JobProblemFilter } from './job-problem.filter.js';

/**
 * A body that is no JSON, or too large, is refused before there is a route, and so before the route's own filter. As `{ provide: APP_FILTER, useClass:
 * UnreadBodyFilter }` it is a problem at the paths of the jobs API, too; everything else is left to Nest. List it before filters of your own: of several
 * that take an error, Nest asks the last.
 */
@Injectable()
@Catch()
export class UnreadBodyFilter extends BaseExceptionFilter {
  /** Paths of the app's own routes that submit jobs. */
  protected readonly alsoAt: readonly string[] = [];
  readonly #problems: JobProblemFilter;

  /** @internal Made by Nest. */
  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(RESOLVED_OPTIONS) private readonly options: Pick<ResolvedOptions, 'http'>,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
  ) {
    super(host.httpAdapter);
    this.#problems = new JobProblemFilter(host);
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    if (this.#isOurs(host)) this.#problems.catch(error, host);
    else super.catch(error, host);
  }

  #isOurs(host: ArgumentsHost): boolean {
    if (host.getType() !== 'http') return false;
    const { url = '', originalUrl = url } = host
      .switchToHttp()
      .getRequest<IncomingMessage & { readonly originalUrl?: string }>();
    const segments = segmentsOf(originalUrl.replace(/[?#].*$/s, ''));
    const { http } = this.options;
    return [...(http ? [http.path] : []), ...this.alsoAt].some((path) =>
      [...segmentsOf(this.config.getGlobalPrefix()), ...segmentsOf(path)].every(
        (segment, i) => segments[i] === segment,
      ),
    );
  }
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter(Boolean);
}
