export * from './job-store.js';
export { FileJobStore } from './file/file-job-store.js';
export { MemoryJobStore } from './memory/memory-job-store.js';
export { DEFAULT_PREFIX, RedisJobStore, type RedisJobStoreOptions } from './redis/redis-job-store.js';
export { connect, isClient, isCluster, type JobsRedis } from './redis/redis-target.js';
