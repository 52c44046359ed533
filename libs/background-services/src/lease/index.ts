export { missingMethods } from './board/board-methods.js';
export { boardOf, type StoreWithBoard } from './board/board-of.js';
export { type BoardMembers, LONGEST_MEMBER } from './board/board-members.js';
export { type BoardPages, LONGEST_PAGE } from './board/board-pages.js';
export * from './board/fleet-board.js';
export * from './clock.js';
export * from './lease-key.js';
export * from './lease-store.js';
export * from './lease-store-factory.js';
export * from './memory-lease-store.js';
export * from './shard-key.js';
export * from './shard-of.js';
export {
  addressOf,
  connectable,
  RedisLeaseStore,
  type RedisLeaseStoreOptions,
  type RedisServer,
  redisServerProblems,
  redisStore,
  type RedisTarget,
  toPortable,
  unportableFields,
} from './redis/index.js';
export { CheckedBoard } from './checked/checked-board.js';
export { CheckedLeaseStore } from './checked/checked-lease-store.js';
export { loadStoreInThread, type StoreInThread } from './store-in-thread.js';
export type { StoreWarning } from './store-warning.js';
