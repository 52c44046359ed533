export * from './lease-keeper.js';
export * from './thread-keeper.js';
