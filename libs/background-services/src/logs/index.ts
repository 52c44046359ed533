export * from './library-log.js';
export * from './line-logger.js';
export * from './plain-text.js';
