export type { NodeChange } from './redlock-lease-store.js';
export { RedlockLeaseStore, type RedlockLeaseStoreOptions } from './redlock-lease-store.js';
export { type RedisNode, redlockStore, type RedlockStoreOptions } from './redlock-store.js';
