export * from './trace-background-services.js';
