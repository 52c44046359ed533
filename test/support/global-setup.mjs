import process from 'node:process';
import './typescript.mjs';

/**
 * Finds redis-server, or fetches it, once before all tests: its path then reaches every worker through the environment.
 * Jest loads this file without its transforms, hence the hooks above for the TypeScript.
 */
export default async function globalSetup() {
  const { ensureRedis } = await import('./find-redis.ts');
  process.env.REDIS_SERVER = await ensureRedis();
}
