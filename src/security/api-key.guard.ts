import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { type IncomingMessage } from 'node:http';
import { ApiKey } from './api-key.js';

/** Lets a request through whose header `x-api-key` holds the key; answers 401 to any other. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly apiKey: ApiKey) {}

  canActivate(context: ExecutionContext): boolean {
    const header = context.switchToHttp().getRequest<IncomingMessage>().headers['x-api-key'];
    if (typeof header === 'string' && this.apiKey.matches(header)) return true;
    throw new UnauthorizedException(
      `Expected the API key in the header x-api-key, received ${header === undefined ? 'none' : 'another value'}.`,
    );
  }
}
