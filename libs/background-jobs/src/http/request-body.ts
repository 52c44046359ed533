import { type ArgumentMetadata, Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { JobOptions } from '../decorators/job-options.js';
import { InvalidJobRequestError } from '../errors/index.js';

/**
 * Checks a job's request with the pipes that the app has for all bodies (`app.useGlobalPipes(new ValidationPipe())`), against the class that the job
 * names: the route is the same for all types, so Nest itself cannot know it.
 */
@Injectable()
export class RequestBody {
  constructor(@Inject(ApplicationConfig) private readonly config: ApplicationConfig) {}

  /** @throws InvalidJobRequestError, and whatever a pipe throws */
  async read(body: unknown, type: JobOptions['body']): Promise<unknown> {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new InvalidJobRequestError('body', 'a JSON object', body);
    // A schema is looked at when the job is submitted, by whichever way.
    if (typeof type !== 'function') return body;
    const metadata: ArgumentMetadata = { type: 'body', metatype: type, data: undefined };
    let value: unknown = body;
    for (const pipe of this.config.getGlobalPipes()) value = await pipe.transform(value, metadata);
    return value;
  }
}
