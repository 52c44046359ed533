export * from './deadline-watch.js';
export * from './duties.js';
export * from './elections.js';
export * from './elector.js';
export * from './heartbeat.js';
export * from './keeper/index.js';
export * from './term.js';
export * from './timing.js';
