export * from './job-bodies.js';
export * from './job-source.js';
export * from './jobs-act.controller.js';
export * from './jobs-read.controller.js';
