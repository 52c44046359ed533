export { BullMqEngine, type BullMqEngineOptions } from './bullmq/bullmq-engine.js';
export { InProcessEngine } from './in-process/in-process-engine.js';
export * from './job-engine.js';
