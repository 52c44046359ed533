import { Global, Module } from '@nestjs/common';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKey } from './api-key.js';

@Global()
@Module({ providers: [ApiKey, ApiKeyGuard], exports: [ApiKey, ApiKeyGuard] })
export class SecurityModule {}
