import type { Type } from '@nestjs/common';
import type * as Swagger from '@nestjs/swagger';

/** What the OpenAPI document says about a route. */
export interface Operation {
  readonly summary: string;
  /** JSON Schema of the body. */
  readonly body?: object;
  readonly query?: { readonly name: string; readonly schema: { readonly type: 'integer' } };
  readonly produces?: string;
  readonly responses: Readonly<Record<number, string>>;
}

/** Describes a controller for the app's OpenAPI document, if the app has `@nestjs/swagger`. */
export async function describeController(
  controller: Type,
  { tag, operations }: { readonly tag: string; readonly operations: Readonly<Record<string, Operation>> },
): Promise<void> {
  const swagger = await loadSwagger();
  if (!swagger) return;
  swagger.ApiTags(tag)(controller);
  for (const [method, operation] of Object.entries(operations))
    describe(swagger, controller.prototype as Record<string, object>, method, operation);
}

/** Leaves a controller out of the app's OpenAPI document: a page is not part of an API. */
export async function leaveOutController(controller: Type): Promise<void> {
  const swagger = await loadSwagger();
  swagger?.ApiExcludeController()(controller);
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

/** It is optional: whatever keeps it from loading is no reason not to boot. */
async function loadSwagger(): Promise<typeof Swagger | undefined> {
  try {
    return await import('@nestjs/swagger');
  } catch {
    return undefined;
  }
}
