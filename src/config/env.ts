import { existsSync } from 'node:fs';
import { type Environment, validateEnvironment } from './environment.js';

if (existsSync('.env')) process.loadEnvFile('.env');

/**
 * The validated environment as a constant, for decorators: `@Interval('name', env.INTRADAY_INTERVAL)` is
 * evaluated when its class is defined, before any provider exists. Everything else injects `ConfigService`,
 * which serves the same values.
 */
export const env: Environment = validateEnvironment(process.env);
