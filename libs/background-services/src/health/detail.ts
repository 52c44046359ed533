import { BadRequestException } from '@nestjs/common';
import { show } from '../errors/index.js';

/** `summary`: counts, and the workers that are degraded. `full`: every worker. */
export type HealthDetail = 'summary' | 'full';

/** What `?detail=` of a request asks for; nothing, if it is not given. @throws BadRequestException */
export function readDetail(value: unknown): HealthDetail | undefined {
  if (value === undefined || value === 'summary' || value === 'full') return value;
  throw new BadRequestException(
    `Query parameter "detail": expected full or summary, received ${show(value)}`,
  );
}
