export type { Instrumentation, LeaseOperation, TracedHandOver, TracedIteration } from '../events/index.js';
export * from './trace-background-services.js';
