import type * as Swagger from '@nestjs/swagger';
import type { DashboardControllers } from '../mount.js';
import { type Operation, OPERATIONS } from './operations.js';

/** Describes the API for the app's OpenAPI document, if the app has `@nestjs/swagger`. */
export async function describeControllers(controllers: DashboardControllers): Promise<void> {
  const swagger = await loadSwagger();
  if (!swagger) return;
  for (const name of ['read', 'act'] as const) {
    const controller = controllers[name];
    swagger.ApiTags('Background workers')(controller);
    for (const [method, operation] of Object.entries(OPERATIONS[name]))
      describe(swagger, controller.prototype as Record<string, object>, method, operation);
  }
  // A page is no part of an API.
  swagger.ApiExcludeController()(controllers.page);
}

function describe(
  { ApiBody, ApiOperation, ApiProduces, ApiQuery, ApiResponse }: typeof Swagger,
  prototype: Record<string, object>,
  method: string,
  { summary, body, query, produces = 'application/json', responses }: Operation,
): void {
  const decorators = [
    ApiOperation({ summary }),
    ApiProduces(produces, 'application/problem+json'),
    ...(body ? [ApiBody({ schema: body })] : []),
    ...(query ? [ApiQuery({ ...query, required: false })] : []),
    ...Object.entries(responses).map(([status, description]) =>
      ApiResponse({ status: Number(status), description }),
    ),
  ];
  for (const decorate of decorators) decorate(prototype, method, { value: prototype[method] });
}

/** It is optional; what keeps it from loading is its own matter, and no reason not to boot. */
async function loadSwagger(): Promise<typeof Swagger | undefined> {
  try {
    return await import('@nestjs/swagger');
  } catch {
    return undefined;
  }
}
