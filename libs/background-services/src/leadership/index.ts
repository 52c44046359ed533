export * from './deadline-watch.js';
export * from './duties.js';
export * from './elections.js';
export * from './elector.js';
export * from './heartbeat.js';
export * from './term.js';
export * from './timing.js';
