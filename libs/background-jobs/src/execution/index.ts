export * from './job-executor.js';
export { Limiter } from './limiter.js';
