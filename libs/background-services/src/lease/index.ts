export * from './clock.js';
export * from './lease-key.js';
export * from './lease-store.js';
export * from './memory-lease-store.js';
export * from './open-lease-store.js';
export { type RedisTarget } from './redis/connection.js';
export * from './redis/portable-target.js';
export * from './redis/redis-lease-store.js';
