export * from './background-event-map.js';
export * from './background-event.js';
export * from './background-events.js';
export * from './bridge-events.js';
export * from './event-sink.js';
export * from './instrumentation.js';
