import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiUnauthorizedResponse } from '@nestjs/swagger';
import { ApiKeyGuard } from './api-key.guard.js';

/** Only for callers with the API key. The document says so, and Swagger UI sends the key. */
export const RequiresApiKey = (): ClassDecorator & MethodDecorator =>
  applyDecorators(
    UseGuards(ApiKeyGuard),
    ApiUnauthorizedResponse({ description: 'The header x-api-key is missing or wrong' }),
  );
