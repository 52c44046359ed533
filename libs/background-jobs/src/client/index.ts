export * from './errors.js';
export * from './jobs-client.js';
export type { ItemBody, ItemsBody, JobBody, JobsBody } from '../http/bodies.js';
export type { Problem } from 'nestjs-background-http-kit';
