/*
 * What this room hands on: to the rooms of the heart, and to nestjs-background-redlock, which makes its nodes of the same parts and bundles them.
 */
export {
  addressOf,
  commandTimeoutOf,
  connectable,
  type ConnectionTimes,
  isClient,
  isCluster,
  type RedisTarget,
} from './connection.js';
export { BATCH, type Batch, inBatches, unknown } from './lease-batches.js';
export { flatten, HOLDER_SCRIPTS, releaseLeases, renewLeases, withSize } from './lease-calls.js';
export {
  fromPortable,
  portableServer,
  type PortableTarget,
  toPortable,
  unportableFields,
} from './portable-target.js';
export { openReader } from './board/board-reader.js';
export { BOARD_SCRIPTS, RedisBoard } from './board/redis-board.js';
export { RedisLeaseStore, type RedisLeaseStoreOptions } from './redis-lease-store.js';
export { RedisLink, type ReleaseNotice } from './redis-link.js';
export { redisStore } from './redis-store.js';
export { asArray, asCount, asLedger, asLost, asText, asTtl, isYes, unexpected } from './replies.js';
export { type RedisServer, redisServerProblems } from './server-problems.js';
