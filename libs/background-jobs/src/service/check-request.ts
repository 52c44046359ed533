import type { Type } from '@nestjs/common';
import type { StandardIssue, StandardSchema } from '../decorators/job-options.js';
import { RequestRefusedError } from '../errors/index.js';

/**
 * What a job's schema makes of a request: with defaults filled in, and without what it does not know. A class is the matter of the app's
 * validation pipes.
 * @throws RequestRefusedError with all that is wrong
 */
export async function checkRequest(
  type: string,
  body: Type | StandardSchema | undefined,
  request: unknown,
): Promise<unknown> {
  if (body === undefined || !('~standard' in body)) return request;
  const result = await body['~standard'].validate(request);
  if (!result.issues) return result.value;
  throw new RequestRefusedError(type, result.issues.map(describe));
}

function describe({ message, path = [] }: StandardIssue): string {
  const field = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.');
  return field === '' ? message : `${field}: ${message}`;
}
