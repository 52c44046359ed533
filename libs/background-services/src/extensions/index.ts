export * from './background-extension.js';
export * from './background-extensions.js';
