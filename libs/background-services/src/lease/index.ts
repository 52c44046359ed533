export * from './board/fleet-board.js';
export * from './clock.js';
export * from './lease-key.js';
export * from './lease-store.js';
export * from './memory-lease-store.js';
export * from './open-lease-store.js';
export { fromPortable, type PortableTarget, toPortable, unportableFields } from './portable-target.js';
export { addressOf, connectable, type RedisTarget } from './redis/connection.js';
export * from './redis/redis-lease-store.js';
export {
  type NodeChange,
  RedlockLeaseStore,
  type RedlockLeaseStoreOptions,
} from './redlock/redlock-lease-store.js';
export { type RedisNode } from './redlock/redlock-node.js';
export { isQuorumSize, QUORUM_SIZE } from './redlock/quorum-size.js';
export * from './instrumented-lease-store.js';
